import { beforeEach, describe, expect, test } from 'vitest';
import { type DifyHost, errorAnswer, tokenAnswer } from '../support/dify-host.ts';
import { DifyWorld } from './dify-world.ts';

let world: DifyWorld;
beforeEach((context) => {
  world = new DifyWorld(context);
});

test.each([
  ['access_denied', / was denied\n/],
  ['expired_token', / was not confirmed at \S+ in time\n/],
])('difyctl auth login fails and stores nothing after %s', async (error, message) => {
  const host = await world.hostOf('alice', { token: [errorAnswer(error)] });
  const { stderr, exit } = await world.difyctl(`auth login --host ${host.url}`);
  expect(exit).toBe(1);
  expect(stderr).toMatch(message);
  expect((await world.difyctl('auth status')).exit).toBe(4);
});

describe('several hosts', () => {
  async function login(id: string): Promise<DifyHost> {
    const host = await world.hostOf(id);
    await world.loginAt(host);
    return host;
  }

  test('have one sign-in each: the latest is in use, and --host selects another', async () => {
    const first = await login('alice');
    const second = await login('bob');
    expect((await world.difyctl('auth token')).stdout).toBe('token-of-bob');
    expect(await world.tokenAt(first)).toBe('token-of-alice');
    const { stdout } = await world.difyctl('auth status --json');
    expect(JSON.parse(stdout)).toMatchObject([
      { host: second.url, account: 'bob', store: 'file' },
      { host: first.url, account: 'alice', store: 'file' },
    ]);
    expect(stdout).not.toContain('token-of');
  });

  test('are signed out one by one, or together', async () => {
    const first = await login('alice');
    await login('bob');
    expect((await world.difyctl('auth logout')).stdout).toMatch(
      /^bob at \S+\n {2}encrypted file: removed\n {2}Secret Service: not asked \(no session bus.*\)\n$/,
    );
    expect((await world.difyctl('auth token')).stdout).toBe('token-of-alice');
    await login('bob');
    expect((await world.difyctl(`auth logout --host ${first.url}`)).stdout).toMatch(/^alice at /);
    await login('alice');
    expect((await world.difyctl('auth logout --all-hosts')).stdout).toMatch(/^alice at [\s\S]*^bob at /m);
    expect((await world.difyctl('auth status')).exit).toBe(4);
  });

  test('[CLI16] are pruned, except the one in use', async () => {
    await login('alice');
    await login('bob');
    expect((await world.difyctl('auth prune --dry-run')).stdout).toMatch(/^alice at \S+\n$/);
    expect((await world.difyctl('auth prune')).stdout).toMatch(/^alice at \S+\n {2}encrypted file: removed\n/);
    expect((await world.difyctl('auth prune')).stdout).toBe('nothing to remove\n');
    expect((await world.difyctl('auth token')).stdout).toBe('token-of-bob');
  });
});

test('auth token exits with 4 and suggests to sign in if the token has expired', async () => {
  const host = await world.hostOf('alice', { token: [tokenAnswer({ expires_at: '2020-01-01T00:00:00Z' })] });
  await world.loginAt(host);
  const { stderr, stdout, exit } = await world.difyctl('auth token');
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^difyctl: auth_expired: the sign-in at \S+ has expired\n {2}hint: run: difyctl auth login --host \S+\n$/,
  );
  expect(exit).toBe(4);
});
