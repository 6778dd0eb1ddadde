import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  bearer,
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
  test('[CLI15] shows where to go and what to type, keeps the token sealed, and status sees it', async () => {
    const host = await start({ token: [errorAnswer('authorization_pending'), tokenAnswer()] });
    const { stdout, stderr, exit } = await difyctl(`auth login --host ${host.url}`);
    expect(exit).toBe(0);
    expect(stderr).toContain('difyctl: to sign in, open https://cloud.dify.ai/device and type BDWP-HQPK');
    expect(stdout).toMatch(/^signed in as alice@example\.com\nstored the sign-in at \S+ in the encrypted file/);
    expect(sandbox.run('stat -c %a .config/difyctl/tokens.json').stdout).toBe('600\n');
    expect(sandbox.run(`grep -r ${bearer} .`).exit).toBe(1);
    expect((await difyctl('auth token')).stdout).toBe(bearer);
    const status = await difyctl('auth status');
    expect(status.stdout).toMatch(
      /^signed in as alice@example\.com\n {2}at http:\/\/127\.0\.0\.1:\d+\n {2}stored in the encrypted file\n$/,
    );
    expect(stdout + stderr + status.stdout).not.toContain(bearer);
    expect(host.requests[0]?.body).toMatchObject({
      client_id: 'difyctl',
      device_label: expect.stringMatching(/^difyctl on ./),
    });
  });

  test('that has no device sign-in is said so', async () => {
    const host = await start({ code: [{ status: 404, body: 'not here' }] });
    const { stderr, exit } = await difyctl(`auth login --host ${host.url}`);
    expect(stderr).toContain('this host has no device sign-in');
    expect(exit).toBe(1);
  });

  test('is not begun where the keyring is demanded and does not serve: exit 4, auth_expired and a hint', async () => {
    const host = await start();
    const { stderr, exit } = await difyctl(`auth login --host ${host.url}`, { DIFY_TOKEN_STORAGE: 'keychain' });
    expect(stderr).toMatch(/^difyctl: auth_expired: DIFY_TOKEN_STORAGE=keychain requires .*\n {2}hint: /);
    expect(exit).toBe(4);
    expect(host.requests).toEqual([]);
  });
});
