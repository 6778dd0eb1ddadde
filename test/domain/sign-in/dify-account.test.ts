import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDifyAccount, toDifyName } from '../../../src/domain/sign-in/dify-account.ts';

describe('an entry of difyctl', () => {
  test('is named by subject and host; on Windows the host is in the service', () => {
    const account = { host: 'https://cloud.dify.ai', subject: 'alice@example.com' };
    expect(toDifyName(account, 'linux')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(toDifyName(account, 'darwin')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(toDifyName(account, 'win32')).toEqual({ service: 'difyctl/cloud.dify.ai', account: 'alice@example.com' });
  });

  const hosts = fc.constantFrom(
    'https://cloud.dify.ai',
    'https://a.example:8443/dify',
    'http://localhost:5001',
    'https://[::1]',
  );

  test('is found again by its name, on every platform', () => {
    fc.assert(
      fc.property(
        hosts,
        fc.string({ minLength: 1 }),
        fc.constantFrom('linux', 'darwin', 'win32'),
        (host, subject, platform) => {
          expect(parseDifyAccount(toDifyName({ host, subject }, platform), platform)).toEqual({ host, subject });
        },
      ),
    );
  });

  test.each([
    { service: 'difyctl', account: 'probe-1234' },
    { service: 'difyctl', account: '@cloud.dify.ai' },
    { service: 'difyctl', account: 'alice@CLOUD.dify.ai' },
    { service: 'difyctl', account: 'alice@https://cloud.dify.ai' },
    { service: 'difyctl', account: 'alice@no host' },
    { service: 'another', account: 'alice@cloud.dify.ai' },
    { service: 'difyctl/cloud.dify.ai', account: 'alice' },
  ])('is not %o', (name) => {
    expect(parseDifyAccount(name, 'linux')).toBeUndefined();
  });
});
