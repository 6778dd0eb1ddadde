import { beforeEach, describe, expect, test } from 'vitest';
import { bearer, errorAnswer, tokenAnswer } from '../support/dify-host.ts';
import { DifyWorld } from './dify-world.ts';

let world: DifyWorld;
beforeEach((context) => {
  world = new DifyWorld(context);
});

describe('difyctl auth login', () => {
  test('[CLI15] shows the URL and the code, stores the token encrypted, and status shows it', async () => {
    const host = await world.hostOf('alice', { token: [errorAnswer('authorization_pending'), tokenAnswer()] });
    const { stdout, stderr } = await world.loginAt(host);
    expect(stderr).toContain('difyctl: to sign in, open https://cloud.dify.ai/device and type BDWP-HQPK');
    expect(stdout).toMatch(/^signed in as alice@example\.com\nstored the sign-in at \S+ in the encrypted file/);
    expect(world.sandbox.run('stat -c %a .config/difyctl/tokens.json').stdout).toBe('600\n');
    expect(world.sandbox.run(`grep -r ${bearer} .`).exit).toBe(1);
    expect((await world.difyctl('auth token')).stdout).toBe(bearer);
    const status = await world.difyctl('auth status');
    expect(status.stdout).toMatch(
      /^signed in as alice@example\.com\n {2}at http:\/\/127\.0\.0\.1:\d+\n {2}stored in the encrypted file\n$/,
    );
    expect(stdout + stderr + status.stdout).not.toContain(bearer);
    expect(host.requests[0]?.body).toMatchObject({
      client_id: 'difyctl',
      device_label: expect.stringMatching(/^difyctl on ./),
    });
  });

  test('fails if the host has no device sign-in', async () => {
    const host = await world.hostOf('alice', { code: [{ status: 404, body: 'not here' }] });
    const { stderr, exit } = await world.difyctl(`auth login --host ${host.url}`);
    expect(stderr).toContain('this host has no device sign-in');
    expect(exit).toBe(1);
  });

  test('sends no request if the required keyring is unavailable, and exits with 4, auth_expired and a hint', async () => {
    const host = await world.hostOf('alice');
    const { stderr, exit } = await world.difyctl(`auth login --host ${host.url}`, 'keychain');
    expect(stderr).toMatch(/^difyctl: auth_expired: .*DIFY_TOKEN_STORAGE=keychain .*\n {2}hint: /);
    expect(exit).toBe(4);
    expect(host.requests).toEqual([]);
  });
});
