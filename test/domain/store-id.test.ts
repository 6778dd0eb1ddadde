import { expect, test } from 'vitest';
import { listCandidates, resolveStoreWord, storeWords } from '../../src/domain/store-id.ts';

test.each([
  ['darwin', 'keychain'],
  ['win32', 'credential-manager'],
  ['linux', 'secret-service'],
  ['freebsd', 'keychain'],
] as const)('on %s the word keychain means the %s', (platform, store) => {
  expect(resolveStoreWord('keychain', listCandidates(platform))).toBe(store);
});

test('any other word means the store of that name, wherever it is said', () => {
  for (const word of storeWords.filter((word) => word !== 'keychain')) {
    for (const platform of ['darwin', 'win32', 'linux', 'freebsd']) {
      expect(resolveStoreWord(word, listCandidates(platform))).toBe(word);
    }
  }
});

test.each([
  ['darwin', ['keychain'], ['keychain', 'pass']],
  ['win32', ['credential-manager'], ['credential-manager']],
  ['linux', ['secret-service', 'keyutils'], ['secret-service', 'pass', 'keyutils']],
  ['freebsd', [], []],
])('the candidates of %s are %j, and with pass %j', (platform, candidates, withPass) => {
  expect(listCandidates(platform)).toEqual(candidates);
  expect(listCandidates(platform, true)).toEqual(withPass);
});

test('a user may name each store that keeps what it is given', () => {
  expect(storeWords).toEqual(['file', 'keychain', 'credential-manager', 'secret-service', 'pass']);
});

test('the word keychain never means the kernel keyring, which forgets', () => {
  expect(resolveStoreWord('keychain', ['keyutils', 'secret-service'])).toBe('secret-service');
  expect(resolveStoreWord('keychain', ['keyutils'])).toBe('keychain');
});
