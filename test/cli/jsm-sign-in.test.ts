import { describe, expect, test } from 'vitest';
import { expireStored, useJsm } from './jsm-login.ts';

const world = useJsm({ JSM_SEAL: 'home' });
const { jsm, login } = world;

describe('jsm login', () => {
  test('[CLI31] stores the tokens and shows who signed in, but no token', async () => {
    const { stdout, exit } = await login();
    expect(exit).toBe(0);
    expect(stdout).toMatch(/^signed in as alice@\S+\nstored the sign-in in the encrypted file/);
    const token = (await jsm('auth token')).stdout;
    expect(await world.provider.isActive(token)).toBe(true);
    const status = await jsm('auth status');
    expect(status.stdout).toMatch(
      /^signed in as alice@\S+\n {2}at http:\/\/127\.0\.0\.1:\d+\n {2}until \S+, then renewed automatically\n/,
    );
    expect(stdout + status.stdout).not.toContain(token);
    // By its output: grep also fails on a file that disappears meanwhile.
    expect(world.sandbox.run(`grep -rl '${token}' .`).stdout).toBe('');
  });

  test('requires a client ID and names its variable', async () => {
    const { stderr, exit } = await world.sandbox.begin('jsm login').end;
    expect(stderr).toContain('jsm: missing client ID\n  hint: set JSM_CLIENT_ID ');
    expect(exit).toBe(2);
  });
});

describe('jsm auth token', () => {
  test('[CLI33] renews an expired access token once', async () => {
    await login();
    const before = world.provider.granted.length;
    await expireStored(world.sandbox);
    const { stdout } = await jsm('auth token');
    expect(world.provider.granted.slice(before)).toEqual(['refresh_token']);
    expect(await world.provider.isActive(stdout)).toBe(true);
    expect((await jsm('auth token')).stdout).toBe(stdout);
  });
});

describe('jsm logout', () => {
  test('[CLI35] revokes the tokens, removes the sign-in from every store, and prints the result for each', async () => {
    await login();
    const token = (await jsm('auth token')).stdout;
    const { stdout, exit } = await jsm('logout');
    expect(stdout).toBe(
      'server: revoked\nencrypted file: removed\nSecret Service: not asked (no session bus, which the Secret Service requires: no address of a session bus is set)\n',
    );
    expect(exit).toBe(0);
    expect(await world.provider.isActive(token)).toBe(false);
    expect((await jsm('auth token')).exit).toBe(4);
  });
});
