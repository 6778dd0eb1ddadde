import { describe, expect, test } from 'vitest';
import type { EnvelopeHeader } from '../../src/domain/envelope/envelope.ts';
import { type FileFault, findCounterFault, findHeaderFault } from '../../src/domain/envelope/expected-file.ts';
import { type FileRecord, mergeFileRecord, requireBoth } from '../../src/domain/envelope/file-record.ts';
import type { KeySlot } from '../../src/domain/envelope/key-slot.ts';
import type { KeySource } from '../../src/domain/profile.ts';

const [nonce, key, id, otherId] = ['bm9uY2Vub25jZW5v', 'a2V5', 'aWQ=', 'b3RoZXI='];
const salts = { name: 'hkdf-sha256', salt: 'c2FsdA==' } as const;
const passphraseKdf = { name: 'argon2id', memoryKiB: 65_536, iterations: 3, parallelism: 4, salt: 'c2FsdA==' } as const;
const homeSlot: KeySlot = { kind: 'home', kdf: salts, nonce, key };
const passphraseSlot: KeySlot = { kind: 'passphrase', kdf: passphraseKdf, nonce, key };

const openedBy = (...slots: readonly KeySlot[]): EnvelopeHeader => ({
  version: 2,
  application: 'keystow',
  id,
  slots,
  nonce,
});
const home = openedBy(homeSlot);
const passphrase = openedBy(passphraseSlot);
const homeV1: EnvelopeHeader = { version: 1, kdf: salts, nonce };
const passphraseV1: EnvelopeHeader = { version: 1, kdf: passphraseKdf, nonce };

const record = (keySource: KeySource, written?: FileRecord['written']): FileRecord => ({
  keySource,
  ...(written && { written }),
});
const written = { id, counter: 7 };
const byRecord: FileFault = { kind: 'downgraded', since: 'record' };
const bySetting: FileFault = { kind: 'downgraded', since: 'setting' };
const otherFile: FileFault = { kind: 'other-file' };

describe('the header of a file', () => {
  test.each<[string, EnvelopeHeader, KeySource, FileRecord | undefined, FileFault | undefined]>([
    ['nothing is recorded', home, 'home', undefined, undefined],
    ['nothing is recorded, version 1', homeV1, 'home', undefined, undefined],
    ['it is the recorded one', home, 'home', record('home', written), undefined],
    ['it is the recorded one', passphrase, 'passphrase', record('passphrase', written), undefined],
    ['only its key source is recorded', home, 'home', record('home'), undefined],
    ['only its key source is recorded, version 1', passphraseV1, 'passphrase', record('passphrase'), undefined],
    ['it is stronger than required', passphrase, 'home', record('home', written), undefined],
    ['a passphrase is recorded', home, 'home', record('passphrase', written), byRecord],
    ['a passphrase is recorded, version 1', homeV1, 'home', record('passphrase'), byRecord],
    ['a passphrase is recorded, and set', home, 'passphrase', record('passphrase'), byRecord],
    ['a passphrase is set', home, 'passphrase', record('home', written), bySetting],
    ['a passphrase is set, and nothing recorded', home, 'passphrase', undefined, bySetting],
    ['the home directory opens it too', openedBy(passphraseSlot, homeSlot), 'passphrase', undefined, bySetting],
    ['another file is recorded', home, 'home', record('home', { id: otherId, counter: 1 }), otherFile],
    ['a file with an id is recorded, version 1', homeV1, 'home', record('home', written), otherFile],
  ])('%s: %#', (_, header, keySource, record, fault) => {
    expect(findHeaderFault(header, { application: 'keystow', keySource }, record)).toEqual(fault);
  });

  test('may be of another application, which comes before any other fault', () => {
    const requirements = { application: 'jsm', keySource: 'passphrase' } as const;
    const fault = { kind: 'other-application', application: 'keystow' };
    expect(findHeaderFault(home, requirements, record('passphrase'))).toEqual(fault);
    expect(findHeaderFault(passphrase, requirements, undefined)).toEqual(fault);
    // Version 1 names no application.
    expect(findHeaderFault(passphraseV1, requirements, undefined)).toBeUndefined();
  });
});

test.each<[number, FileRecord | undefined, FileFault | undefined]>([
  [0, undefined, undefined],
  [0, record('home'), undefined],
  [7, record('home', written), undefined],
  [8, record('home', written), undefined],
  [6, record('home', written), { kind: 'outdated', counter: 6, expected: 7 }],
])('a payload with counter %d is outdated if a later one is recorded: %j', (counter, record, fault) => {
  expect(findCounterFault(counter, record)).toEqual(fault);
});

describe('a record is merged into', () => {
  const update = record('passphrase', written);

  test.each<[string, FileRecord | undefined]>([
    ['nothing', undefined],
    ['a record without a file', record('home')],
    ['the record of an earlier write', record('home', { id, counter: 6 })],
    ['the record of the same write', record('home', written)],
    ['the record of the file that it replaces', record('home', { id: otherId, counter: 9 })],
  ])('%s: it counts', (_, now) => {
    expect(mergeFileRecord(now, { record: update, replaces: otherId })).toBe(update);
  });

  test.each<[string, FileRecord]>([
    ['the record of a later write', record('home', { id, counter: 8 })],
    ['the record of a file that was created meanwhile', record('home', { id: 'bmV3', counter: 1 })],
  ])('%s: that one counts', (_, now) => {
    expect(mergeFileRecord(now, { record: update, replaces: otherId })).toBe(now);
  });

  test('a record of any other file if the user accepted this one', () => {
    const later = record('home', { id, counter: 8 });
    expect(mergeFileRecord(later, { record: update, replaces: 'any' })).toBe(update);
  });

  test('a record of a file if the user accepted that there is none', () => {
    const none = record('passphrase');
    expect(mergeFileRecord(record('home', written), { record: none, replaces: id })).toBe(none);
  });
});

test.each([
  ['home', 'home', 'home'],
  ['home', undefined, 'home'],
  ['home', 'passphrase', 'passphrase'],
  ['passphrase', 'home', 'passphrase'],
  ['passphrase', undefined, 'passphrase'],
  ['passphrase', 'passphrase', 'passphrase'],
] as const)('of %s and %s, %s is the stronger', (a, b, stronger) => {
  expect(requireBoth(a, b)).toBe(stronger);
});
