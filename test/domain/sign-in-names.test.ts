import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { formatRemovalCommand } from '../../src/domain/entries/removal-command.ts';
import { allSecretVariables } from '../../src/domain/profile.ts';
import { checkApiKey } from '../../src/domain/sign-in/api-key.ts';
import { parseDifyAccount, toDifyName } from '../../src/domain/sign-in/dify-account.ts';
import { isExpired, parseSession, serialiseSession } from '../../src/domain/sign-in/session.ts';
import { keystow } from '../../src/profiles/keystow.ts';

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
    'a jsm_0123456789abcdef',
  ])('is not %j, and the refusal does not repeat it', (key) => {
    expect(() => checkApiKey(key)).toThrow(
      expect.objectContaining({
        code: 'invalid-input',
        message: 'this does not look like an API key',
        hint: 'a key is jsm_ and at least 16 letters, digits, - or _; make one at /account/api-keys',
      }),
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

test.each([
  '',
  'text',
  'null',
  '7',
  '{}',
  '{"kind":"api-key"}',
  '{"kind":"api-key","key":7}',
  '{"kind":"other","key":"k"}',
  '{"kind":"sign-in","issuer":"i"}',
  '{"kind":"sign-in","issuer":"i","grant":null}',
  '{"kind":"sign-in","issuer":"i","grant":{}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":7}}',
  '{"kind":"sign-in","issuer":7,"grant":{"accessToken":"t"}}',
  '{"kind":"other","issuer":"i","grant":{"accessToken":"t"}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","refreshToken":7}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","scope":7}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","expiresAt":"soon"}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","expiresAt":7}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":null}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":"s"}}',
  '{"kind":"sign-in","issuer":"i","grant":{"accessToken":"t","subject":{"id":7}}}',
])('%s is no session, and nothing of it is repeated', (text) => {
  expect(() => parseSession(text)).toThrow(
    expect.objectContaining({
      code: 'failed',
      message: 'what is stored is no session of this program',
      hint: 'sign out and sign in again',
    }),
  );
});

test('a grant is past its time from the margin on, and one without a time never is', () => {
  const grant = { accessToken: 't', expiresAt: '2026-11-03T09:00:00.000Z' };
  const end = Date.parse(grant.expiresAt);
  expect(isExpired(grant, end - 61_000, 60_000)).toBe(false);
  expect(isExpired(grant, end - 60_000, 60_000)).toBe(true);
  expect(isExpired(grant, end, 0)).toBe(true);
  expect(isExpired({ accessToken: 't' }, end, 0)).toBe(false);
});

test('no child gets a passphrase, nor what else the profile says is secret', () => {
  const both = ['KEYSTOW_CREDENTIALS_PASSPHRASE', 'KEYSTOW_NEW_CREDENTIALS_PASSPHRASE'];
  expect(allSecretVariables(keystow)).toEqual(both);
  expect(allSecretVariables({ ...keystow, secretVariables: ['KEY'] })).toEqual([...both, 'KEY']);
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
    expect(formatRemovalCommand(store, name, linux)).toBe(command);
  });

  test('from pass is the folder to look in, where the name is too long for one entry', () => {
    const long = { service: 'é'.repeat(500), account: 'al' };
    expect(formatRemovalCommand('pass', long, linux)).toMatch(/^pass rm -f 'keystow[^']*\/…'$/);
  });

  test('from Credential Manager names the target that Windows shows', () => {
    const command = (name: CredentialName, windowsTarget?: string) =>
      formatRemovalCommand('credential-manager', name, { ...windows, windowsTarget });
    expect(command(name)).toBe('cmdkey "/delete:al%27s key.jsm"');
    expect(command(name, 'jsm')).toBe('cmdkey /delete:jsm');
    expect(command({ service: 'difyctl/localhost', account: 'Al' })).toBe('cmdkey "/delete:^al.difyctl/localhost"');
    expect(command({ service: 's'.repeat(300), account: 'al' })).toBe('control /name Microsoft.CredentialManager');
  });

  test('from the encrypted file on Windows is a command of both its shells', () => {
    expect(formatRemovalCommand('file', name, windows)).toBe('del "C:\\Users\\al b\\tokens.json"');
  });
});
