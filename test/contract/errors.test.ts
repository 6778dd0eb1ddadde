import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { failure } from './errors.ts';
import { freshSecret } from './secrets.ts';

test.each<[string, (bytes: Buffer) => unknown]>([
  ['its bytes', (bytes) => bytes],
  ['its base64 within a longer text', (bytes) => new Error(`stdin was ${bytes.toString('base64')}`)],
  [
    'a property that is not enumerable',
    (bytes) => Object.defineProperty({}, 'input', { value: bytes.toString('hex') }),
  ],
  ['a cause of the cause', (bytes) => new Error('outer', { cause: new Error(String([...bytes])) })],
])('[CON3] an error whose cause holds a secret in %s is found out', async (_, cause) => {
  const bytes = Buffer.from(freshSecret().expose());
  const leaking = Promise.reject(new CredentialError('failed', 'it failed', { cause: cause(bytes) }));
  await expect(failure(leaking, 'failed')).rejects.toThrow();
  const tight = Promise.reject(
    new CredentialError('failed', 'it failed', { cause: cause(Buffer.from('something else')) }),
  );
  await failure(tight, 'failed');
});
