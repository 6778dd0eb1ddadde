import { expect, test } from 'vitest';
import { candidatesOf, storeMeant, storeWords } from '../../src/domain/store-id.ts';

test.each([
  ['darwin', 'keychain'],
  ['win32', 'credential-manager'],
  ['linux', 'secret-service'],
  ['freebsd', 'keychain'],
] as const)('on %s the word keychain means the %s', (platform, store) => {
  expect(storeMeant('keychain', candidatesOf(platform))).toBe(store);
});

test('any other word means the store of that name, wherever it is said', () => {
  for (const word of storeWords.filter((word) => word !== 'keychain')) {
    for (const platform of ['darwin', 'win32', 'linux', 'freebsd']) {
      expect(storeMeant(word, candidatesOf(platform))).toBe(word);
    }
  }
});
