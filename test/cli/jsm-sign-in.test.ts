import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { expireStored, jsmAt, login } from './jsm-login.ts';
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
  test('[CLI31] ends with the tokens kept, who it is, and nothing shown of them', async () => {
    const { stdout, exit } = await login(sandbox, provider);
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^signed in as alice@\S+\nstored the sign-in in the encrypted file/);
    const token = (await jsm('auth token').end).stdout;
    expect(await provider.isActive(token)).toBe(true);
    const status = await jsm('auth status').end;
    expect(status.stdout).toMatch(
      /^signed in as alice@\S+\n {2}at http:\/\/127\.0\.0\.1:\d+\n {2}until \S+, then renewed automatically\n/,
    );
    expect(stdout + status.stdout).not.toContain(token);
    expect(sandbox.run(`grep -r '${token}' .`).exit).toBe(1);
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
    await login(sandbox, provider);
    const before = provider.granted.length;
    await expireStored(sandbox);
    const { stdout } = await jsm('auth token').end;
    expect(provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(await provider.isActive(stdout)).toBe(true);
    expect((await jsm('auth token').end).stdout).toBe(stdout);
  });
});

describe('signing out', () => {
  test('[CLI35] revokes at the server, removes it everywhere, and prints a receipt', async () => {
    await login(sandbox, provider);
    const token = (await jsm('auth token').end).stdout;
    const { stdout, exit } = await jsm('logout').end;
    expect(stdout).toBe('server: revoked\nencrypted file: removed\nSecret Service: nothing there\n');
    expect(exit).toBe(0);
    expect(await provider.isActive(token)).toBe(false);
    expect((await jsm('auth token').end).exit).toBe(4);
  });
});
