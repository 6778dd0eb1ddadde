import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  codeAnswer,
  type DifyHost,
  type DifyScript,
  errorAnswer,
  startDifyHost,
  tokenAnswer,
} from '../support/dify-host.ts';
import { type Run, Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
let hosts: DifyHost[];
beforeEach(() => {
  sandbox = new Sandbox();
  hosts = [];
});
afterEach(async () => {
  sandbox.remove();
  for (const host of hosts) await host.stop();
});

async function start(script: DifyScript = {}): Promise<DifyHost> {
  const host = await startDifyHost({ code: [codeAnswer({ interval: 1 })], ...script });
  hosts.push(host);
  return host;
}

const difyctl = (command: string, extra: Record<string, string> = {}): Promise<Run> =>
  sandbox.begin(`difyctl ${command}`, extra).end;

describe('signing in at a host', () => {
  test.each([
    ['access_denied', 1, /refused|denied/],
    ['expired_token', 1, /expired|time/],
  ])('that ends in %s is said so, and keeps nothing', async (error, exit, words) => {
    const host = await start({ token: [errorAnswer(error)] });
    const run = await difyctl(`auth login --host ${host.url}`);
    expect(run.exit).toBe(exit);
    expect(run.stderr).toMatch(words);
    expect((await difyctl('auth status')).exit).toBe(4);
  });
});

describe('several hosts', () => {
  async function loginAt(id: string): Promise<DifyHost> {
    const host = await start({
      token: [tokenAnswer({ token: `token-of-${id}`, account: { id, email: `${id}@example.com` } })],
    });
    expect((await difyctl(`auth login --host ${host.url}`)).exit).toBe(0);
    return host;
  }

  test('have one entry each, the last one in use, and any can be named', async () => {
    const first = await loginAt('alice');
    const second = await loginAt('bob');
    expect((await difyctl('auth token')).stdout).toBe('token-of-bob');
    expect((await difyctl(`auth token --host ${first.url}`)).stdout).toBe('token-of-alice');
    const { stdout } = await difyctl('auth status --json');
    expect(JSON.parse(stdout)).toMatchObject([
      { host: second.url, account: 'bob', store: 'file' },
      { host: first.url, account: 'alice', store: 'file' },
    ]);
    expect(stdout).not.toContain('token-of');
  });

  test('are signed out one by one, or all at once', async () => {
    const first = await loginAt('alice');
    await loginAt('bob');
    expect((await difyctl('auth logout')).stdout).toMatch(
      /^bob at \S+\n {2}encrypted file: removed\n {2}Secret Service: nothing there\n$/,
    );
    expect((await difyctl('auth token')).stdout).toBe('token-of-alice');
    await loginAt('bob');
    expect(await difyctl(`auth logout --host ${first.url}`)).toMatchObject({
      stdout: expect.stringMatching(/^alice at /),
    });
    await loginAt('alice');
    expect((await difyctl('auth logout --all-hosts')).stdout).toMatch(/^alice at [\s\S]*^bob at /m);
    expect((await difyctl('auth status')).exit).toBe(4);
  });

  test('[CLI16] that are not in use any more are pruned, leaving the one in use', async () => {
    await loginAt('alice');
    await loginAt('bob');
    expect((await difyctl('auth prune --dry-run')).stdout).toMatch(/^alice at \S+\n$/);
    expect((await difyctl('auth prune')).stdout).toMatch(/^alice at \S+\n {2}encrypted file: removed\n/);
    expect((await difyctl('auth prune')).stdout).toBe('nothing to remove\n');
    expect((await difyctl('auth token')).stdout).toBe('token-of-bob');
  });
});

test('a token past its time ends with 4 and says to sign in again', async () => {
  const host = await start({ token: [tokenAnswer({ expires_at: '2020-01-01T00:00:00Z' })] });
  await difyctl(`auth login --host ${host.url}`);
  const { stderr, stdout, exit } = await difyctl('auth token');
  expect(stdout).toBe('');
  expect(stderr).toMatch(
    /^difyctl: auth_expired: the sign-in at \S+ has expired\n {2}hint: run: difyctl auth login --host \S+\n$/,
  );
  expect(exit).toBe(4);
});
