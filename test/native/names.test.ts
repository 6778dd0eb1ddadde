import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toChunkItem, toItem, toNameIndexItem } from '../../src/adapters/credential-manager/names.ts';
import * as keychain from '../../src/adapters/keychain/keychain.ts';
import { type CredentialName, maxNameLength } from '../../src/domain/credential-name.ts';

const part = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'aAbB.%^ -_!2eßſKİıéÉǅ'), minLength: 1, maxLength: 12 }),
  fc.constantFrom('keystow', 'keystow pieces', 'keystow pieces!', '%piece-', '%6c', '^a'),
);
const name: fc.Arbitrary<CredentialName> = fc
  .record({ service: part, account: part })
  .filter(({ service, account }) => !`${service}${account}`.includes('\0'));

const target = ({ service, user }: { service: string; user: string }) => `${user}.${service}`;

/** Reverses the escaping. Because that is possible, no two names have the same target. */
function parseTarget(text: string): CredentialName {
  const [user = '', ...service] = text.split('.');
  return { service: unescapeTarget(service.join('.')), account: unescapeTarget(user) };
}

function unescapeTarget(text: string): string {
  const bytes = text.replace(/\^([a-z])/g, (_, letter: string) => letter.toUpperCase()).split(/%(..)/);
  return Buffer.concat(bytes.map((run, index) => Buffer.from(run, index % 2 === 0 ? 'utf8' : 'hex'))).toString();
}

describe('Credential Manager: the target of a name', () => {
  test('common names are not escaped', () => {
    for (const { service, account } of [
      { service: 'keystow', account: 'alice' },
      { service: 'https://api.example.com:8443/v1', account: 'alice@host_1' },
      { service: 'my tool-2', account: 'work account' },
    ]) {
      expect(toItem({ service, account })).toEqual({ service, user: account });
    }
  });

  test.each([
    ['GitHub', '^git^hub'],
    ['alice@example.com', 'alice@example%2ecom'],
    ['50%', '50%25'],
    ['a^b', 'a%5eb'],
    [' x ', '%20x%20'],
    ['é', '%c3%a9'],
    ['*', '%2a'],
  ])('the account %j becomes the user %j', (account, user) => {
    expect(toItem({ service: 's', account })).toEqual({ service: 's', user });
  });

  test('law: a short name can be recovered from its target', () => {
    fc.assert(
      fc.property(name, (name) => {
        const text = target(toItem(name));
        fc.pre(!text.startsWith('%long-'));
        expect(parseTarget(text)).toEqual(name);
      }),
    );
  });

  test('law: targets differ even if case is ignored', () => {
    fc.assert(
      fc.property(name, (name) => {
        const text = target(toItem(name));
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        expect(text.toUpperCase().toLowerCase()).toBe(text);
        expect(text.toLowerCase()).toBe(text);
      }),
    );
  });

  test('law: no name has the target of a chunk or of the name index', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const taken = [
          target(toChunkItem(other, 'a', 0)),
          target(toChunkItem(other, 'b', 3)),
          target(toNameIndexItem(other, 0)),
        ];
        expect(taken).not.toContain(target(toItem(one)));
        expect(target(toItem(one))).not.toMatch(/^%(piece|name)-/);
      }),
    );
  });

  test('no target is longer than Wine allows, and different long names have different targets', () => {
    const long = ['x', 'y'].flatMap((letter) => [
      { service: 's', account: letter.padStart(maxNameLength, 'a') },
      { service: letter.padStart(maxNameLength, 'a'), account: 's' },
      { service: 'É'.repeat(maxNameLength), account: letter },
    ]);
    const targets = long
      .flatMap((name) => [toItem(name), toChunkItem(name, 'b', 9999), toNameIndexItem(name, 1)])
      .map(target);
    for (const text of targets) expect(text.length).toBeLessThanOrEqual(240);
    expect(new Set(targets).size).toBe(targets.length);
  });
});

test('chunks and index items are named by a hash of the name, under keystow’s own service', () => {
  const name = { service: 'github.com', account: 'Alice' };
  const hash = createHash('sha256').update('github.com\0Alice').digest('hex');
  expect(keychain.toChunkItem(name, 'b', 3)).toEqual({ service: 'keystow pieces', user: `${hash}-b-3` });
  expect(toChunkItem(name, 'b', 3)).toEqual({ service: 'keystow', user: `%piece-${hash}-b-3` });
  expect(toNameIndexItem(name, 1)).toEqual({ service: 'keystow', user: `%name-${hash}-1` });
});

describe('Keychain: the item of a name', () => {
  test('service and account are stored unchanged', () => {
    const similar = ['keystow', 'keystow piece', 'my keystow pieces', 'keystow pieces!x', 'keystow pieces '];
    for (const text of ['a', 'Ab.c', 'é', ' x ', ...similar]) {
      expect(keychain.toItem({ service: text, account: text })).toEqual({ service: text, user: text });
    }
  });

  test('law: different names have different items, and none has the item of a chunk', () => {
    const service = fc.oneof(part, fc.constantFrom('keystow pieces', 'keystow pieces!', 'keystow pieces!!'));
    const account = fc.oneof(part, fc.constantFrom('', '(no account)', '(no account)!', '(no account)!!'));
    const pair = fc.record({ service, account });
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one.service === other.service && one.account === other.account;
        const text = (name: CredentialName) => JSON.stringify(keychain.toItem(name));
        expect(text(one) === text(other)).toBe(isSame);
        expect(keychain.toItem(one).user).not.toBe('');
        expect(keychain.toItem(one).service).not.toBe(keychain.toChunkItem(other, 'a', 0).service);
      }),
    );
  });
});
