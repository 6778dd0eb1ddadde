import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import type { CredentialStore } from '../../src/ports/credential-store.ts';
import { expectHidden, failure } from './errors.ts';
import type { Harness } from './harness.ts';
import { modelTest } from './model.ts';
import { collidingNames, invalidParts, troublesomeParts } from './names.ts';
import { describeStore } from './require-stores.ts';
import { freshSecret, troublesomeSecrets } from './secrets.ts';

/** The contract of every store, case by case: src/ports/credential-store.ts. */
export function contract(harness: Harness): void {
  describeStore(`${harness.name} follows the contract`, harness.name, harness.missing, () => {
    let store: CredentialStore;
    let service: string;

    beforeAll(() => harness.start?.());
    afterAll(() => harness.stop?.());
    beforeEach(async () => {
      service = `contract-${randomBytes(6).toString('hex')}`;
      store = await harness.open();
    });
    afterEach(() => store.close());

    const named = (account: string): CredentialName => ({ service, account });
    const bytesOf = async (name: CredentialName, from = store) => (await from.get(name))?.expose();

    async function expectStored(name: CredentialName, secret: { expose(): Uint8Array }, from = store): Promise<void> {
      expect(Buffer.from((await bytesOf(name, from)) ?? 'absent').equals(secret.expose())).toBe(true);
    }

    describe('get, set and delete', () => {
      test('a credential that was never set is absent', async () => {
        expect(await store.get(named('nobody'))).toBeUndefined();
      });

      test('[CON1] a secret that was set is read by another store object', async () => {
        const secret = freshSecret();
        await store.set(named('alice'), secret);
        const other = await harness.open();
        await expectStored(named('alice'), secret, other);
        await other.close();
      });

      test('setting a credential again replaces its secret', async () => {
        const [first, second] = [freshSecret(100), freshSecret(10)];
        let replaced = 0;
        const onReplaced = () => {
          replaced += 1;
        };
        await store.set(named('alice'), first, { onReplaced });
        expect(replaced).toBe(0);
        await store.set(named('alice'), second, { onReplaced });
        expect(replaced).toBeGreaterThan(0);
        await expectStored(named('alice'), second);
        expect(await store.list(service)).toEqual([named('alice')]);
      });

      test('deleting returns whether the credential existed, and removes it', async () => {
        await store.set(named('alice'), freshSecret());
        expect(await store.delete(named('alice'))).toBe(true);
        expect(await store.get(named('alice'))).toBeUndefined();
        expect(await store.delete(named('alice'))).toBe(false);
      });

      test('deleting one of several accounts does not affect the others', async () => {
        const kept = freshSecret();
        await store.set(named('alice'), freshSecret());
        await store.set(named('bob'), kept);
        await store.delete(named('alice'));
        await expectStored(named('bob'), kept);
      });

      test('a credential can be set again after it was deleted', async () => {
        const secret = freshSecret();
        await store.set(named('alice'), freshSecret());
        await store.delete(named('alice'));
        await store.set(named('alice'), secret);
        await expectStored(named('alice'), secret);
      });

      test('closing twice is allowed', async () => {
        await store.close();
        await store.close();
      });
    });

    describe('secrets are read byte for byte', () => {
      test.each(troublesomeSecrets)('%s', async (_, make) => {
        const secret = make();
        await store.set(named('alice'), secret);
        await expectStored(named('alice'), secret);
        await store.delete(named('alice'));
      });

      test('large and small in turn, without remains of each other', async () => {
        const secrets = [10, 9000, 3000, 9001, 0, 20_000, 1].map((size) => freshSecret(size));
        for (const secret of secrets) {
          await store.set(named('alice'), secret);
          await expectStored(named('alice'), secret);
        }
        expect(await store.list(service)).toEqual([named('alice')]);
      });

      test('deleting a large secret leaves nothing behind', async () => {
        await store.set(named('other'), freshSecret());
        const before = await harness.contents?.();
        await store.set(named('alice'), freshSecret(10_000));
        await store.delete(named('alice'));
        expect(await harness.contents?.()).toEqual(before);
      });
    });

    describe('names are stored unchanged', () => {
      test.each(troublesomeParts)('service and account %j', async (part) => {
        const name = { service: `${service}${part}`, account: part };
        const secret = freshSecret();
        await store.set(name, secret);
        await expectStored(name, secret);
        expect(await store.list(name.service)).toEqual([name]);
        expect(await store.delete(name)).toBe(true);
      });

      test.each(collidingNames)('%j and %j are different credentials', async ([s1, a1], [s2, a2]) => {
        const first = { service: `${service}${s1}`, account: a1 };
        const second = { service: `${service}${s2}`, account: a2 };
        const [one, two] = [freshSecret(), freshSecret()];
        await store.set(first, one);
        expect(await store.get(second)).toBeUndefined();
        await store.set(second, two);
        await expectStored(first, one);
        await expectStored(second, two);
        expect(await store.delete(first)).toBe(true);
        await expectStored(second, two);
        expect(await store.delete(second)).toBe(true);
      });

      test('the longest names are stored, and some shorter ones', async () => {
        for (const length of [255, 513, 514, 1023, 1024]) {
          const name = { service: service.padEnd(length, 's'), account: 'é'.repeat(length) };
          const secret = freshSecret();
          await store.set(name, secret);
          await expectStored(name, secret);
          expect(await store.list(name.service)).toEqual([name]);
          await store.delete(name);
        }
      });

      test('an empty service is rejected, but an empty account is one of its own', async () => {
        const [secret, other] = [freshSecret(), freshSecret()];
        await failure(store.set({ service: '', account: 'alice' }, secret), 'invalid-name');
        await store.set(named('alice'), secret);
        expect(await store.get(named(''))).toBeUndefined();
        expect(await store.delete(named(''))).toBe(false);
        await store.set(named(''), other);
        await expectStored(named('alice'), secret);
        expect(await store.list(service)).toEqual([named(''), named('alice')]);
        expect(await store.delete(named(''))).toBe(true);
        await expectStored(named('alice'), secret);
      });

      test.each(invalidParts)('%j is rejected, and nothing is changed', async (part) => {
        await store.set(named('alice'), freshSecret());
        const before = await harness.contents?.();
        const secret = freshSecret();
        for (const name of [
          { service: part, account: 'alice' },
          { service, account: part },
        ]) {
          const errors = [
            await failure(store.set(name, secret), 'invalid-name'),
            await failure(store.get(name), 'invalid-name'),
            await failure(store.delete(name), 'invalid-name'),
          ];
          for (const error of errors) {
            expectHidden(error, secret);
          }
        }
        expect(await harness.contents?.()).toEqual(before);
      });
    });

    describe('listing', () => {
      test('returns every account of a service once, sorted, and no other service', async () => {
        for (const account of ['carol', 'alice', 'Bob', 'bob']) await store.set(named(account), freshSecret());
        await store.set({ service: `${service}x`, account: 'mallory' }, freshSecret());
        expect(await store.list(service)).toEqual(['Bob', 'alice', 'bob', 'carol'].map(named));
      });

      test('returns nothing for a service without credentials', async () => {
        expect(await store.list(service)).toEqual([]);
      });

      test('without a service returns all, or rejects if the store cannot', async () => {
        const names = [named('alice'), { service: `${service}x`, account: 'bob' }];
        for (const name of names) await store.set(name, freshSecret());
        if (store.listing === 'by-service') {
          await failure(store.list(), 'invalid-input');
        } else {
          expect((await store.list()).filter((name) => name.service.startsWith(service))).toEqual(names);
        }
      });
    });

    describe('concurrent operations', () => {
      test('two writers of one credential leave one of the two secrets, complete', async () => {
        const other = await harness.open();
        const [mine, theirs] = [freshSecret(8000), freshSecret(9000)];
        await Promise.all([store.set(named('alice'), mine), other.set(named('alice'), theirs)]);
        const kept = Buffer.from((await bytesOf(named('alice'))) ?? []);
        expect(kept.equals(mine.expose()) || kept.equals(theirs.expose())).toBe(true);
        expect(await store.list(service)).toEqual([named('alice')]);
        await other.close();
      });

      test('writers of different credentials do not overwrite each other', async () => {
        const accounts = Array.from({ length: 12 }, (_, index) => `account-${String(index).padStart(2, '0')}`);
        const handles = await Promise.all(accounts.map(() => harness.open()));
        await Promise.all(accounts.map((account, index) => handles[index]?.set(named(account), freshSecret())));
        expect(await store.list(service)).toEqual(accounts.map(named));
        await Promise.all(handles.map((handle) => handle.close()));
      });

      test('a reader sees the old secret or the new one while it is written', async () => {
        const secrets = [freshSecret(7000), freshSecret(50), freshSecret(9000)];
        await store.set(named('alice'), secrets[0] ?? freshSecret());
        const writer = await harness.open();
        let writing = true;
        const write = async () => {
          for (const secret of [...secrets, ...secrets]) await writer.set(named('alice'), secret);
          writing = false;
        };
        const read = async () => {
          while (writing) {
            const seen = Buffer.from((await bytesOf(named('alice'))) ?? []);
            expect(secrets.some((secret) => seen.equals(secret.expose()))).toBe(true);
          }
        };
        await Promise.all([write(), read()]);
        await writer.close();
      });
    });

    describe('cancelling', () => {
      test('an operation with an aborted signal is cancelled and changes nothing', async () => {
        const secret = freshSecret();
        await store.set(named('alice'), secret);
        const before = await harness.contents?.();
        const options = { signal: AbortSignal.abort() };
        const another = freshSecret();
        expectHidden(await failure(store.set(named('alice'), another, options), 'cancelled'), another);
        await failure(store.get(named('alice'), options), 'cancelled');
        await failure(store.delete(named('alice'), options), 'cancelled');
        await failure(store.list(service, options), 'cancelled');
        expect(await harness.contents?.()).toEqual(before);
        await expectStored(named('alice'), secret);
      });
    });

    // A store that is always there has no probe.
    if (harness.probe !== undefined)
      describe('the probe', () => {
        test('[CON2] finds the store usable and leaves nothing behind', async () => {
          await store.set(named('alice'), freshSecret());
          const before = await harness.contents?.();
          const probe = await harness.probe?.();
          expect(probe?.id).toBe(store.id);
          expect(await probe?.probe()).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
          expect(await harness.contents?.()).toEqual(before);
        });

        test('is cancelled by its signal and leaves nothing behind', async () => {
          const before = await harness.contents?.();
          const probe = await harness.probe?.();
          if (probe === undefined) throw new Error('no probe');
          await failure(probe.probe({ signal: AbortSignal.abort() }), 'cancelled');
          expect(await harness.contents?.()).toEqual(before);
        });
      });

    modelTest(harness);
  });
}
