import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkApiKey } from '../../src/domain/api-key.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { difyAccountOf, difyName } from '../../src/domain/dify-account.ts';
import { removalCommand } from '../../src/domain/removal-command.ts';
import { parseSession, serialiseSession } from '../../src/domain/session.ts';

describe('an entry of difyctl', () => {
  test('is named by subject and host; on Windows the host is in the service', () => {
    const account = { host: 'https://cloud.dify.ai', subject: 'alice@example.com' };
    expect(difyName(account, 'linux')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(difyName(account, 'darwin')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(difyName(account, 'win32')).toEqual({ service: 'difyctl/cloud.dify.ai', account: 'alice@example.com' });
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
          expect(difyAccountOf(difyName({ host, subject }, platform), platform)).toEqual({ host, subject });
        },
      ),
    );
  });

  test.each([
    { service: 'difyctl', account: 'probe-1234' },
    { service: 'difyctl', account: '@cloud.dify.ai' },
    { service: 'difyctl', account: 'alice@CLOUD.dify.ai' },
    { service: 'difyctl', account: 'alice@https://cloud.dify.ai' },
    { service: 'another', account: 'alice@cloud.dify.ai' },
    { service: 'difyctl/cloud.dify.ai', account: 'alice' },
  ])('is not %o', (name) => {
    expect(difyAccountOf(name, 'linux')).toBeUndefined();
  });
});

describe('an API key of jsm', () => {
  test.each(['jsm_xxxxxxxxxxxxxxxxxxxxxxxx', 'jsm_0123456789abcdef', `jsm_${'A-_z'.repeat(20)}`])(
    'may be %s',
    (key) => {
      expect(checkApiKey(key)).toBe(key);
    },
  );

  test.each([
    '',
    'jsm_',
    'jsm_short',
    'JSM_0123456789abcdef',
    'sk_0123456789abcdef0123',
    'jsm_0123456789abcde f',
    'jsm_0123456789abcdef\n',
  ])('is not %j, and the refusal does not repeat it', (key) => {
    expect(() => checkApiKey(key)).toThrow(
      expect.objectContaining({ code: 'invalid-input', message: 'this does not look like an API key' }),
    );
  });
});

test('a session is read as it was kept', () => {
  const text = fc.string();
  const session = fc.oneof(
    fc.record({ kind: fc.constant('api-key' as const), key: text }),
    fc.record({
      kind: fc.constant('sign-in' as const),
      issuer: text,
      grant: fc.record(
        {
          accessToken: text,
          refreshToken: text,
          scope: text,
          expiresAt: fc
            .date({ noInvalidDate: true, min: new Date(0), max: new Date(8e14) })
            .map((date) => date.toISOString()),
          subject: fc.record({ id: text, email: text, name: text }, { requiredKeys: ['id'] }),
        },
        { requiredKeys: ['accessToken'] },
      ),
    }),
  );
  fc.assert(
    fc.property(session, (kept) => {
      expect(parseSession(serialiseSession(kept))).toEqual(kept);
    }),
  );
});

describe('what removes a credential by hand', () => {
  const name = { service: 'jsm', account: "al's key" };
  const linux = { platform: 'linux', path: '/home/al b/tokens.json' };
  const windows = { platform: 'win32', path: 'C:\\Users\\al b\\tokens.json' };

  test.each([
    ['keychain', "security delete-generic-password -s jsm -a 'al'\\''s key'"],
    ['secret-service', "secret-tool clear service jsm username 'al'\\''s key'"],
    ['pass', 'pass rm -f keystow/jsm/al%27s%20key'],
    ['file', "rm -f '/home/al b/tokens.json'"],
  ] as const)('from the %s is quoted for the shell', (store, command) => {
    expect(removalCommand(store, name, linux)).toBe(command);
  });

  test('from Credential Manager names the target that Windows shows', () => {
    const command = (name: CredentialName, exactTarget?: string) =>
      removalCommand('credential-manager', name, { ...windows, exactTarget });
    expect(command(name)).toBe('cmdkey "/delete:al%27s key.jsm"');
    expect(command(name, 'jsm')).toBe('cmdkey /delete:jsm');
    expect(command({ service: 'difyctl/localhost', account: 'Al' })).toBe('cmdkey "/delete:^al.difyctl/localhost"');
    expect(command({ service: 's'.repeat(300), account: 'al' })).toBe('control /name Microsoft.CredentialManager');
  });

  test('from the encrypted file on Windows is a command of both its shells', () => {
    expect(removalCommand('file', name, windows)).toBe('del "C:\\Users\\al b\\tokens.json"');
  });
});
