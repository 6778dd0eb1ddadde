import { expect, test } from 'vitest';
import { addHomeSlots, isSealedForHome } from '../../src/adapters/encrypted-file/home-keys.ts';
import type { HeaderV2 } from '../../src/domain/envelope/envelope.ts';
import { type KeySlot, maxSlots } from '../../src/domain/envelope/key-slot.ts';

const salt = Buffer.alloc(32).toString('base64');
const nonce = Buffer.alloc(12).toString('base64');
const slot = (kind: KeySlot['kind'], number: number): KeySlot => ({
  kind,
  kdf:
    kind === 'home'
      ? { name: 'hkdf-sha256', salt }
      : { name: 'argon2id', memoryKiB: 8192, iterations: 1, parallelism: 1, salt },
  nonce,
  key: Buffer.alloc(48, number).toString('base64'),
});
const withSlots = (...slots: HeaderV2['slots']): HeaderV2 => ({
  version: 2,
  application: 'keystow',
  id: Buffer.alloc(16).toString('base64'),
  slots,
  nonce,
});
const unknown = { kind: 'unknown' as const, fields: { kind: 'tpm' } };
const [added, older, passphrase] = [slot('home', 1), slot('home', 2), slot('passphrase', 3)];

test('a new slot of the home directory comes first, and slots of other kinds and paths stay', () => {
  expect(addHomeSlots(withSlots(unknown, older, passphrase), '/nowhere', [added])).toEqual([
    added,
    older,
    unknown,
    passphrase,
  ]);
});

test('the home directory has at most four slots, and no slot of another kind is lost', () => {
  const four = [slot('home', 2), slot('home', 3), slot('home', 4), slot('home', 5)];
  expect(addHomeSlots(withSlots(...four), '/nowhere', [added])).toEqual([added, ...four.slice(0, 3)]);
  const others = Array<typeof unknown>(maxSlots - 2).fill(unknown);
  expect(addHomeSlots(withSlots(older, slot('home', 3), ...others), '/nowhere', [added])).toEqual([
    added,
    older,
    ...others,
  ]);
});

test('a file is sealed for the home directory if that opens it, or nothing of a home directory could', () => {
  expect(isSealedForHome('/nowhere', withSlots(older))).toBe(false);
  expect(isSealedForHome('/nowhere', withSlots(passphrase))).toBe(true);
  expect(isSealedForHome('', withSlots(older))).toBe(true);
});
