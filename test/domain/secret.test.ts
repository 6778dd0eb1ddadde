import { format, inspect } from 'node:util';
import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { Secret } from '../../src/domain/secret.ts';
import { textSecret } from '../contract/secrets.ts';

const secret = textSecret('hunter2');

test.each([
  ['String()', String(secret)],
  ['a template', `${secret}`],
  ['JSON', JSON.stringify({ secret })],
  ['inspect', inspect(secret)],
  ['inspect with hidden properties', inspect({ deep: { secret } }, { showHidden: true, depth: Infinity })],
  ['a format', format('%s %o %j', secret, secret, secret)],
  ['an error with it as its cause', inspect(new CredentialError('failed', 'no', { cause: secret }))],
])('[DOM8] a secret is hidden from %s', (_, output) => {
  expect(output).toContain('[secret]');
  expect(output).not.toContain('hunter2');
  expect(output).not.toContain('104, 117');
});

test('[DOM9] a secret has no property that can be copied or enumerated', () => {
  expect({ ...secret }).toEqual({});
  expect(() => structuredClone(secret.expose)).toThrow();
});

test('secrets are equal exactly if their bytes are', () => {
  expect(secret.equals(textSecret('hunter2'))).toBe(true);
  for (const other of ['hunter3', 'hunter', 'hunter22', '']) expect(secret.equals(textSecret(other))).toBe(false);
  expect(new Secret(new Uint8Array()).equals(textSecret(''))).toBe(true);
});
