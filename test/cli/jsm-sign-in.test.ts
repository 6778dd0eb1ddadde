import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { visit } from '../oauth/fake-browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { type Run, type Running, Sandbox } from './sandbox.ts';

let lasting: OidcProvider;
let sandbox: Sandbox;

beforeAll(async () => {
  lasting = await startOidcProvider();
});
afterAll(async () => {
  await lasting.stop();
});
beforeEach(() => {
  sandbox = new Sandbox({ JSM_SEAL: 'home' });
});
afterEach(() => sandbox.remove());

function jsm(command: string, provider: OidcProvider): Running {
  return sandbox.begin(`jsm ${command}`, {
    JSM_ISSUER: provider.issuer,
    JSM_CLIENT_ID: provider.publicClient.clientId,
  });
}

async function login(provider: OidcProvider, decision?: 'deny'): Promise<Run> {
  const running = jsm('login --no-browser', provider);
  const [, url = ''] = await running.matching(/open this address .*: (\S+)/);
  await visit(url, decision);
  return running.end;
}

/** Sets back when the stored access token ends, so that nobody has to wait for it. */
function expireStored(): void {
  const store = 'KEYSTOW_QUIET=1 KEYSTOW_CONFIG_DIR=.config/jsm keystow';
  const past = 's/"expiresAt":"[^"]*"/"expiresAt":"2020-01-01T00:00:00.000Z"/';
  expect(sandbox.run(`${store} get jsm default | sed '${past}' | ${store} set jsm default`).exit).toBe(0);
}

describe('signing in', () => {
  test('[CLI31] ends with the tokens kept, who it is, and nothing shown of them', async () => {
    const { stdout, exit } = await login(lasting);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^signed in as alice@\S+\nstored the sign-in in the encrypted file/);
    const token = (await jsm('auth token', lasting).end).stdout;
    expect(await lasting.isActive(token)).toBe(true);
    const status = await jsm('auth status', lasting).end;
    expect(status.stdout).toMatch(
      /^signed in as alice@\S+\n {2}at http:\/\/127\.0\.0\.1:\d+\n {2}until \S+, then renewed automatically\n/,
    );
    expect(stdout + status.stdout).not.toContain(token);
    expect(sandbox.run(`grep -r '${token}' .`).exit).toBe(1);
  });

  test('that the user refuses is said so, and keeps nothing', async () => {
    const { stderr, exit } = await login(lasting, 'deny');
    expect(exit).toBe(1);
    expect(stderr).toContain('jsm: ');
    expect((await jsm('auth status', lasting).end).exit).toBe(4);
  });

  test('that is called off ends with 130, and nothing listens any more', async () => {
    const running = sandbox.begin('exec jsm login --no-browser', {
      JSM_ISSUER: lasting.issuer,
      JSM_CLIENT_ID: lasting.publicClient.clientId,
    });
    const [, url = ''] = await running.matching(/open this address .*: (\S+)/);
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
      JSM_ISSUER: lasting.issuer,
      JSM_CLIENT_ID: lasting.confidentialClient.clientId,
      JSM_CLIENT_SECRET: lasting.confidentialClient.clientSecret,
      BROWSER: 'browser',
      JSM_ALLOW_ENV_PASSPHRASE: '1',
      JSM_CREDENTIALS_PASSPHRASE: 'correct horse',
    });
    const [, url = ''] = await running.matching(/open this address .*: (\S+)/);
    while (sandbox.run('test -s browser-url').exit !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sandbox.run('cat browser-url').stdout.trim()).toBe(url);
    const given = sandbox.run('cat browser-env').stdout;
    expect(given).toContain('JSM_ISSUER');
    expect(given).not.toContain('horse');
    expect(given).not.toContain(lasting.confidentialClient.clientSecret);
    running.interrupt();
    await running.end;
  });

  test('needs a client, and says which variable sets it', async () => {
    const { stderr, exit } = await sandbox.begin('jsm login').end;
    expect(stderr).toContain('jsm: missing client ID for https://accounts.google.com');
    expect(stderr).toContain('set JSM_CLIENT_ID');
    expect(exit).toBe(2);
  });
});

describe('an expired access token', () => {
  test('[CLI33] is renewed before it is given out', async () => {
    await login(lasting);
    const before = lasting.granted.length;
    expireStored();
    const { stdout } = await jsm('auth token', lasting).end;
    expect(lasting.granted.slice(before)).toEqual(['refresh_token']);
    expect(await lasting.isActive(stdout)).toBe(true);
    expect((await jsm('auth token', lasting).end).stdout).toBe(stdout);
  });

  test('that the server no longer renews ends with 4 and says to sign in', async () => {
    await login(lasting);
    expect(sandbox.run('cp -r .config saved').exit).toBe(0);
    await jsm('logout', lasting).end;
    expect(sandbox.run('rm -r .config && mv saved .config').exit).toBe(0);
    expireStored();
    const { exit, stderr } = await jsm('auth token', lasting).end;
    expect(stderr).toMatch(/^jsm: .*\n {2}hint: .*sign in/);
    expect(exit).toBe(4);
  });
});

describe('a crowd', () => {
  test('[CLI34] of twenty processes that find one token expired makes one request, and all get a valid token', async () => {
    await login(lasting);
    const before = lasting.granted.length;
    expireStored();
    const runs = await Promise.all(Array.from({ length: 20 }, () => jsm('auth token', lasting).end));
    expect(runs.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(runs.map(() => ({ exit: 0, stderr: '' })));
    expect(lasting.granted.slice(before)).toEqual(['refresh_token']);
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
    expect(await lasting.isActive(runs[0]?.stdout ?? '')).toBe(true);
  }, 120_000);
});

describe('signing out', () => {
  test('[CLI35] revokes at the server, removes it everywhere, and prints a receipt', async () => {
    await login(lasting);
    const token = (await jsm('auth token', lasting).end).stdout;
    const { stdout, exit } = await jsm('logout', lasting).end;
    expect(stdout).toBe('server: revoked\nencrypted file: removed\nSecret Service: nothing there\n');
    expect(exit).toBe(0);
    expect(await lasting.isActive(token)).toBe(false);
    expect((await jsm('auth token', lasting).end).exit).toBe(4);
  });

  test('[CLI36] removes it here also where the server cannot be told, and says so', async () => {
    const passing = await startOidcProvider();
    await login(passing);
    await passing.stop();
    const { stdout, exit } = await jsm('logout', passing).end;
    expect(stdout).toMatch(
      /^server: not revoked \(.*\); revoke the access in your account there\nencrypted file: removed\n/,
    );
    expect(exit).toBe(1);
    expect((await jsm('auth status', passing).end).exit).toBe(4);
  });
});
