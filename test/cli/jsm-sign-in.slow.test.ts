import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { visit } from '../oauth/fake-browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { addressIn, expireStored, jsmAt, login } from './jsm-login.ts';
import { type Running, Sandbox } from './sandbox.ts';

let provider: OidcProvider;
let sandbox: Sandbox;

beforeAll(async () => {
  provider = await startOidcProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  sandbox = new Sandbox({ JSM_SEAL: 'home' });
});
afterEach(() => sandbox.remove());

const jsm = (command: string, at = provider): Running => sandbox.begin(`jsm ${command}`, jsmAt(at));

describe('signing in', () => {
  test('that the user refuses is said so, and keeps nothing', async () => {
    const running = jsm('login --no-browser');
    await visit(await addressIn(running), 'deny');
    const { stderr, exit } = await running.end;
    expect(exit).toBe(1);
    expect(stderr).toContain('jsm: ');
    expect((await jsm('auth status').end).exit).toBe(4);
  });

  test('that is called off ends with 130, and nothing listens any more', async () => {
    const running = sandbox.begin('exec jsm login --no-browser', jsmAt(provider));
    const url = await addressIn(running);
    const redirect = new URL(url).searchParams.get('redirect_uri') ?? '';
    running.interrupt();
    expect((await running.end).exit).toBe(130);
    await expect(fetch(redirect)).rejects.toThrow();
  });

  test('[CLI32] opens the browser without the secrets of the environment', async () => {
    sandbox.run(
      'printf "#!/bin/sh\\nenv >browser-env; echo \\"\\$1\\" >browser-url\\n" >bin/browser; chmod +x bin/browser',
    );
    const running = sandbox.begin('exec jsm login', {
      JSM_ISSUER: provider.issuer,
      JSM_CLIENT_ID: provider.confidentialClient.clientId,
      JSM_CLIENT_SECRET: provider.confidentialClient.clientSecret,
      BROWSER: 'browser',
      JSM_ALLOW_ENV_PASSPHRASE: '1',
      JSM_CREDENTIALS_PASSPHRASE: 'correct horse',
    });
    const url = await addressIn(running);
    while (sandbox.run('test -s browser-url').exit !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sandbox.run('cat browser-url').stdout.trim()).toBe(url);
    const given = sandbox.run('cat browser-env').stdout;
    expect(given).toContain('JSM_ISSUER');
    expect(given).not.toContain('horse');
    expect(given).not.toContain(provider.confidentialClient.clientSecret);
    running.interrupt();
    await running.end;
  });
});

describe('an expired access token', () => {
  test('that the server no longer renews ends with 4 and says to sign in', async () => {
    await login(sandbox, provider);
    expect(sandbox.run('cp -r .config saved').exit).toBe(0);
    await jsm('logout').end;
    expect(sandbox.run('rm -r .config && mv saved .config').exit).toBe(0);
    await expireStored(sandbox);
    const { exit, stderr } = await jsm('auth token').end;
    expect(stderr).toMatch(/^jsm: .*\n {2}hint: .*sign in/);
    expect(exit).toBe(4);
  });
});

describe('a crowd', () => {
  test('[CLI34] of twenty processes that find one token expired makes one request, and all get a valid token', async () => {
    await login(sandbox, provider);
    const before = provider.granted.length;
    await expireStored(sandbox);
    const runs = await Promise.all(Array.from({ length: 20 }, () => jsm('auth token').end));
    expect(runs.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(runs.map(() => ({ exit: 0, stderr: '' })));
    expect(provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(await provider.isActive(runs[0]?.stdout ?? '')).toBe(true);
  });
});

describe('signing out', () => {
  test('[CLI36] removes it here also where the server cannot be told, and says so', async () => {
    const passing = await startOidcProvider();
    await login(sandbox, passing);
    await passing.stop();
    const { stdout, exit } = await jsm('logout', passing).end;
    expect(stdout).toMatch(
      /^server: not revoked \(.*\); revoke the access in your account there\nencrypted file: removed\n/,
    );
    expect(exit).toBe(1);
    expect((await jsm('auth status', passing).end).exit).toBe(4);
  });
});
