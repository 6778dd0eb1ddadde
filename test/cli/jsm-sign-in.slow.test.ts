import { describe, expect, test } from 'vitest';
import { visit } from '../oauth/fake-browser.ts';
import { type StubScript, startStubProvider } from '../oauth/stub-provider.ts';
import { startOidcProvider } from '../support/oidc-provider.ts';
import { addressIn, expireStored, jsmAt, login as loginAt, useJsm } from './jsm-login.ts';

const world = useJsm({ JSM_SEAL: 'home' });
const { jsm, login } = world;

describe('jsm login', () => {
  test('fails and stores nothing if the user denies it', async () => {
    const { stderr, exit } = await login({}, { decision: 'deny' });
    expect(exit).toBe(1);
    expect(stderr).toContain('(access_denied)');
    expect((await jsm('auth status')).exit).toBe(4);
  });

  test.each<[string, StubScript]>([
    ['null', { change: { id_token: null } }],
    ['invalid', { change: { id_token: 'x.y' } }],
    ['signed with an unknown key', { jwk: { kid: 'another' } }],
  ])('keeps the tokens if the ID token is %s, and says that it is unknown who signed in', async (_, script) => {
    const stub = await startStubProvider(script);
    const variables = { JSM_ISSUER: stub.issuer, JSM_CLIENT_ID: 'native' };
    const running = world.sandbox.begin('jsm login --no-browser', variables);
    await visit(await addressIn(running));
    const { stdout, stderr, exit } = await running.end;
    expect(stdout).toMatch(/^signed in\nstored the sign-in in the encrypted file/);
    expect(stderr).toContain('jsm: the tokens were stored, but it is unknown who signed in: invalid response from ');
    expect(exit).toBe(0);
    expect((await jsm('auth token', variables)).stdout).toBe(stub.tokens.access_token);
    expect((await jsm('auth status', variables)).stdout).toMatch(/^signed in\n {2}at http/);
  });

  test.each([
    [{}, 'check JSM_CLIENT_ID, and set JSM_CLIENT_SECRET if the client has a secret'],
    [{ JSM_CLIENT_SECRET: 'wrong' }, 'check JSM_CLIENT_ID and JSM_CLIENT_SECRET'],
  ])('names the variables of a client that is rejected: %j', async (secret, hint) => {
    const invalid = { status: 400, body: { error: 'invalid_client' } };
    const stub = await startStubProvider({ token: () => invalid, tokenAlways: true });
    const variables = { JSM_ISSUER: stub.issuer, JSM_CLIENT_ID: 'native', ...secret };
    const { stderr, exit } = await world.sandbox.begin('jsm login --no-browser', variables).end;
    expect(stderr).toContain(`  hint: ${hint}\n`);
    expect(exit).toBe(1);
  });

  test('exits with 130 after Ctrl-C and no longer listens', async () => {
    const running = world.sandbox.begin('exec jsm login --no-browser', jsmAt(world.provider));
    const redirect = new URL(await addressIn(running)).searchParams.get('redirect_uri') ?? '';
    running.interrupt();
    expect((await running.end).exit).toBe(130);
    await expect(fetch(redirect)).rejects.toThrow();
  });

  test('[CLI32] opens the browser without the secrets in the environment', async () => {
    const { clientId, clientSecret } = world.provider.confidentialClient;
    world.sandbox.run(
      'printf "#!/bin/sh\\nenv >browser-env; echo \\"\\$1\\" >browser-url\\n" >bin/browser; chmod +x bin/browser',
    );
    const running = world.sandbox.begin('exec jsm login', {
      JSM_ISSUER: world.provider.issuer,
      JSM_CLIENT_ID: clientId,
      JSM_CLIENT_SECRET: clientSecret,
      BROWSER: 'browser',
      JSM_ALLOW_ENV_PASSPHRASE: '1',
      JSM_CREDENTIALS_PASSPHRASE: 'correct horse',
      KEYSTOW_CREDENTIALS_PASSPHRASE: 'correct horse',
      DIFY_NEW_CREDENTIALS_PASSPHRASE: 'correct horse',
    });
    const address = await addressIn(running);
    while (world.sandbox.run('test -s browser-url').exit !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.sandbox.run('cat browser-url').stdout.trim()).toBe(address);
    const environment = world.sandbox.run('cat browser-env').stdout;
    expect(environment).toContain('JSM_ISSUER');
    expect(environment).not.toContain('horse');
    expect(environment).not.toContain(clientSecret);
    running.interrupt();
    await running.end;
  });
});

describe('jsm auth token', () => {
  test('exits with 4 and suggests to sign in if the server no longer renews the token', async () => {
    await login();
    expect(world.sandbox.run('cp -r .config saved').exit).toBe(0);
    await jsm('logout');
    expect(world.sandbox.run('rm -r .config && mv saved .config').exit).toBe(0);
    await expireStored(world.sandbox);
    const { exit, stderr } = await jsm('auth token');
    expect(stderr).toMatch(/^jsm: .*\n {2}hint: .*sign in/);
    expect(exit).toBe(4);
  });

  test('[CLI34] twenty processes renew an expired token with one request, and all print a valid token', async () => {
    await login();
    const before = world.provider.granted.length;
    await expireStored(world.sandbox);
    const runs = await Promise.all(Array.from({ length: 20 }, () => jsm('auth token')));
    expect(runs.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(runs.map(() => ({ exit: 0, stderr: '' })));
    expect(world.provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(await world.provider.isActive(runs[0]?.stdout ?? '')).toBe(true);
  }, 120_000);
});

describe('jsm logout', () => {
  test('[CLI36] removes the sign-in but exits with 1 if the server is down', async () => {
    const passing = await startOidcProvider();
    await loginAt(world.sandbox, passing);
    await passing.stop();
    const { stdout, exit } = await jsm('logout', jsmAt(passing));
    expect(stdout).toMatch(
      /^server: not revoked \(.*\); revoke the access in your account there\nencrypted file: removed\n/,
    );
    expect(exit).toBe(1);
    expect((await jsm('auth status', jsmAt(passing))).exit).toBe(4);
  });
});
