import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { visit } from '../oauth/fake-browser.ts';
import { type StubProvider, startStubProvider } from '../oauth/stub-provider.ts';
import { startStub } from '../oauth/stub-server.ts';
import { bearer, codeAnswer, tokenAnswer } from '../support/dify-host.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needs } from '../support/needs.ts';
import { addressIn, expireStored, storedSession } from './jsm-login.ts';
import { type Running, Sandbox } from './sandbox.ts';

let sandbox: Sandbox;
beforeEach(() => {
  // Without a watch: strace doesn't complete the log of a program that a signal ends.
  sandbox = new Sandbox({ JSM_SEAL: 'home' }, { timed: true });
});
afterEach(() => sandbox.remove());

/** Long enough for a process to handle a signal. If it takes longer, a test holds nothing, but doesn't fail. */
const whileHandled = () => new Promise((resolve) => setTimeout(resolve, 300));

/** A provider that calls `act` before it sends tokens. */
async function startProvider() {
  let act: (() => void) | undefined;
  const stub = await startStubProvider({
    async before(path) {
      if (path !== '/token' || act === undefined) return;
      act();
      await whileHandled();
    },
  });
  const begin = (command: string) =>
    sandbox.begin(`exec jsm ${command}`, { JSM_ISSUER: stub.issuer, JSM_CLIENT_ID: 'native' });
  return {
    stub,
    begin,
    during: (work: () => void) => {
      act = work;
    },
    async signIn() {
      const running = begin('login --no-browser');
      await visit(await addressIn(running));
      expect((await running.end).exit).toBe(0);
    },
  };
}

/** Signs in with an access token that has expired, and an old refresh token. */
async function startSignedIn() {
  const provider = await startProvider();
  await provider.signIn();
  await expireStored(sandbox);
  return provider;
}

async function readStored(): Promise<{ grant: { refreshToken: string; expiresAt: string } }> {
  return JSON.parse((await sandbox.begin(`node '${storedSession}' get`).end).stdout);
}

async function expectRenewed({ tokens }: StubProvider): Promise<void> {
  const { grant } = await readStored();
  expect(grant.refreshToken).toBe(tokens.refresh_token);
  expect(Date.parse(grant.expiresAt)).toBeGreaterThan(Date.parse('2020-01-01T00:00:00.000Z'));
  expect(sandbox.run('find .config -name "*.lock*"').stdout).toBe('');
}

const posix = needs(process.platform !== 'win32', 'POSIX signals');

describe('what the server sends is stored, and then the process ends,', posix, () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('if %s arrives while jsm auth token waits for the response', async (signal, exit) => {
    const { stub, begin, during } = await startSignedIn();
    let running: Running | undefined;
    during(() => running?.interrupt(signal));
    running = begin('auth token');
    const run = await running.end;
    expect(run).toMatchObject({ exit, stdout: '' });
    await expectRenewed(stub);
  });

  test('if Ctrl-C is pressed three times, and SIGTERM follows', async () => {
    const { stub, begin, during } = await startSignedIn();
    let running: Running | undefined;
    during(() => {
      for (const signal of ['SIGINT', 'SIGINT', 'SIGINT', 'SIGTERM'] as const) running?.interrupt(signal);
    });
    running = begin('auth token');
    expect((await running.end).exit).toBe(130);
    await expectRenewed(stub);
  });

  test('if SIGTERM arrives while jsm login exchanges the code', async () => {
    const { stub, begin, during } = await startProvider();
    const running = begin('login --no-browser');
    const address = await addressIn(running);
    during(() => running.interrupt('SIGTERM'));
    await visit(address);
    expect((await running.end).exit).toBe(143);
    await expectRenewed(stub);
  });

  test('or it goes on, if it was suspended meanwhile', async () => {
    const { stub, begin, during } = await startSignedIn();
    let running: Running | undefined;
    during(() => running?.interrupt('SIGSTOP'));
    running = begin('auth token');
    while (!stub.asked.slice(-1).includes('/token')) await whileHandled();
    await whileHandled();
    await whileHandled();
    running.interrupt('SIGCONT');
    expect(await running.end).toMatchObject({ exit: 0, stdout: stub.tokens.access_token });
    await expectRenewed(stub);
  });
});

test('a token that difyctl has requested is stored before SIGTERM ends it', posix, async () => {
  let running: Running | undefined;
  const host = await startStub(async (path) => {
    if (path.endsWith('/code')) return { body: codeAnswer({ interval: 1 }).body };
    running?.interrupt('SIGTERM');
    await whileHandled();
    return { body: tokenAnswer().body };
  });
  running = sandbox.begin(`exec difyctl auth login --host ${host.issuer}`);
  expect((await running.end).exit).toBe(143);
  expect((await sandbox.begin('difyctl auth token').end).stdout).toBe(bearer);
});

test('no token is requested if the disk is full', posix, async () => {
  const { stub, begin } = await startSignedIn();
  const before = stub.asked.length;
  const { exit, stderr } = await sandbox.begin('ulimit -f 0; exec jsm auth token', {
    JSM_ISSUER: stub.issuer,
    JSM_CLIENT_ID: 'native',
  }).end;
  expect(exit).toBe(1);
  expect(stderr).toMatch(/^jsm: .*\n {2}hint: /);
  expect(stub.asked.slice(before)).not.toContain('/token');
  expect((await begin('auth token').end).exit).toBe(0);
});

describeStore('jsm auth token with GNOME Keyring', 'secret-service', missing(), () => {
  test('keeps the tokens in the encrypted file if the keyring is locked during the request', async () => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    sandbox.environment.DBUS_SESSION_BUS_ADDRESS = keyring.bus.address;
    let isArmed = false;
    const stub = await startStubProvider({
      before: async (path) => isArmed && path === '/token' && keyring.restart('locked'),
    });
    const variables = { JSM_ISSUER: stub.issuer, JSM_CLIENT_ID: 'native' };
    const login = sandbox.begin('exec jsm login --no-browser', variables);
    await visit(await addressIn(login));
    expect((await login.end).stdout).toContain('stored the sign-in in the Secret Service');
    await expireStored(sandbox);
    isArmed = true;
    const { stdout, stderr, exit } = await sandbox.begin('exec jsm auth token', variables).end;
    expect({ stdout, exit }).toEqual({ stdout: stub.tokens.access_token, exit: 0 });
    expect(stderr).toContain('the sign-in is now in the encrypted file, because the Secret Service failed: ');
    expect((await sandbox.begin('jsm auth status').end).stdout).toContain('stored in the encrypted file');
    await expectRenewed(stub);
  });
});
