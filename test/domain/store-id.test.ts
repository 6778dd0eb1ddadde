import { expect, test } from 'vitest';
import { listCandidates, resolveStoreWord, storeWords } from '../../src/domain/store-id.ts';

test.each([
  ['darwin', 'keychain'],
  ['win32', 'credential-manager'],
  ['linux', 'secret-service'],
  ['freebsd', 'keychain'],
] as const)('on %s the word keychain stands for the %s', (platform, store) => {
  expect(resolveStoreWord('keychain', listCandidates(platform))).toBe(store);
});

test('any other word stands for the store of that name on every platform', () => {
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
])('the candidates of %s are %j, with pass %j', (platform, candidates, withPass) => {
  expect(listCandidates(platform)).toEqual(candidates);
  expect(listCandidates(platform, true)).toEqual(withPass);
});

test('there is a word for each store that is not volatile', () => {
  expect(storeWords).toEqual(['file', 'keychain', 'credential-manager', 'secret-service', 'pass']);
});

test('the word keychain never stands for the volatile kernel keyring', () => {
  expect(resolveStoreWord('keychain', ['keyutils', 'secret-service'])).toBe('secret-service');
  expect(resolveStoreWord('keychain', ['keyutils'])).toBe('keychain');
});
