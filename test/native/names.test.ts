import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { itemOf, pieceOf, recordOf } from '../../src/adapters/credential-manager/names.ts';
import * as keychain from '../../src/adapters/keychain/names.ts';
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

/** Undoes the escapes, by the book: the reverse exists, so no two names have one target. */
function nameFrom(text: string): CredentialName {
  const [user = '', ...service] = text.split('.');
  return { service: unescaped(service.join('.')), account: unescaped(user) };
}

function unescaped(text: string): string {
  const bytes = text.replace(/\^([a-z])/g, (_, letter: string) => letter.toUpperCase()).split(/%(..)/);
  return Buffer.concat(bytes.map((run, index) => Buffer.from(run, index % 2 === 0 ? 'utf8' : 'hex'))).toString();
}

describe('Credential Manager: a target for each name', () => {
  test('common names stay as they are', () => {
    for (const { service, account } of [
      { service: 'keystow', account: 'alice' },
      { service: 'https://api.example.com:8443/v1', account: 'alice@host_1' },
      { service: 'my tool-2', account: 'work account' },
    ]) {
      expect(itemOf({ service, account })).toEqual({ service, user: account });
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
  ])('the account %j is the user %j', (account, user) => {
    expect(itemOf({ service: 's', account })).toEqual({ service: 's', user });
  });

  test('law: a short name can be had back from its target', () => {
    fc.assert(
      fc.property(name, (name) => {
        const text = target(itemOf(name));
        fc.pre(!text.startsWith('%long-'));
        expect(nameFrom(text)).toEqual(name);
      }),
    );
  });

  test('law: folding case, either way, changes nothing that tells targets apart', () => {
    fc.assert(
      fc.property(name, (name) => {
        const text = target(itemOf(name));
        expect(text).toMatch(/^[\x20-\x7e]+$/);
        expect(text.toUpperCase().toLowerCase()).toBe(text);
        expect(text.toLowerCase()).toBe(text);
      }),
    );
  });

  test('law: no name has the target of a piece or of a kept name', () => {
    fc.assert(
      fc.property(name, name, (one, other) => {
        const taken = [target(pieceOf(other, 'a', 0)), target(pieceOf(other, 'b', 3)), target(recordOf(other, 0))];
        expect(taken).not.toContain(target(itemOf(one)));
        expect(target(itemOf(one))).not.toMatch(/^%(piece|name)-/);
      }),
    );
  });

  test('no target is longer than Wine takes, and long names that differ have different ones', () => {
    const long = ['x', 'y'].flatMap((letter) => [
      { service: 's', account: letter.padStart(maxNameLength, 'a') },
      { service: letter.padStart(maxNameLength, 'a'), account: 's' },
      { service: 'É'.repeat(maxNameLength), account: letter },
    ]);
    const targets = long.flatMap((name) => [itemOf(name), pieceOf(name, 'b', 9999), recordOf(name, 1)]).map(target);
    for (const text of targets) expect(text.length).toBeLessThanOrEqual(240);
    expect(new Set(targets).size).toBe(targets.length);
  });
});

test('pieces and kept names stand under a hash of the name, among the items of keystow', () => {
  const name = { service: 'github.com', account: 'Alice' };
  const hash = createHash('sha256').update('github.com\0Alice').digest('hex');
  expect(keychain.pieceOf(name, 'b', 3)).toEqual({ service: 'keystow pieces', user: `${hash}-b-3` });
  expect(pieceOf(name, 'b', 3)).toEqual({ service: 'keystow', user: `%piece-${hash}-b-3` });
  expect(recordOf(name, 1)).toEqual({ service: 'keystow', user: `%name-${hash}-1` });
});

describe('Keychain: an item for each name', () => {
  test('service and account are kept as they are', () => {
    const beside = ['keystow', 'keystow piece', 'my keystow pieces', 'keystow pieces!x', 'keystow pieces '];
    for (const text of ['a', 'Ab.c', 'é', ' x ', ...beside]) {
      expect(keychain.itemOf({ service: text, account: text })).toEqual({ service: text, user: text });
    }
  });

  test('law: no two names have one item, and none has that of a piece', () => {
    const service = fc.oneof(part, fc.constantFrom('keystow pieces', 'keystow pieces!', 'keystow pieces!!'));
    const pair = fc.record({ service, account: part });
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one.service === other.service && one.account === other.account;
        const text = (name: CredentialName) => JSON.stringify(keychain.itemOf(name));
        expect(text(one) === text(other)).toBe(isSame);
        expect(keychain.itemOf(one).service).not.toBe(keychain.pieceOf(other, 'a', 0).service);
      }),
    );
  });
});
