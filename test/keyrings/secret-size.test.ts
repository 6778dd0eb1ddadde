import { expect, test } from 'vitest';
import { checkSecretSize } from '../../src/adapters/keyrings/keyring.ts';
import { Secret } from '../../src/domain/secret.ts';

const ofLength = (bytes: number) => new Secret(new Uint8Array(bytes));

test('a secret has at most 8 MiB', () => {
  const maxBytes = 8 * 1024 * 1024;
  checkSecretSize(ofLength(0));
  checkSecretSize(ofLength(maxBytes));
  expect(() => checkSecretSize(ofLength(maxBytes + 1))).toThrow(expect.objectContaining({ code: 'too-large' }));
});
