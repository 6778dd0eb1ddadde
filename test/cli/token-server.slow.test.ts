import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createAuthorizationServer } from '../../src/adapters/sign-in/oauth/authorization-server.ts';
import { visit } from '../oauth/fake-browser.ts';
import { type OidcProvider, startOidcProvider } from '../support/oidc-provider.ts';
import { Sandbox } from './sandbox.ts';

let provider: OidcProvider;
let sandbox: Sandbox;
beforeAll(async () => {
  provider = await startOidcProvider();
});
afterAll(() => provider.stop());
beforeEach(() => {
  sandbox = new Sandbox({ KEYSTOW_STORAGE: 'file', KEYSTOW_QUIET: '1' }, { timed: true });
});
afterEach(() => sandbox.remove());

const run = (command: string, extra: Readonly<Record<string, string>> = {}) => sandbox.begin(command, extra).end;

/** Signs in, and stores a response whose access token has expired. */
async function store(options: string, { confidential = false, fields = {} } = {}): Promise<void> {
  const clock = () => new Date().toISOString();
  const { issuer, confidentialClient, publicClient } = provider;
  const server = createAuthorizationServer({ issuer, clock, ...(confidential ? confidentialClient : publicClient) });
  const { accessToken, refreshToken } = await server.signIn({ openUrl: async (url) => void visit(url) });
  const response = { access_token: accessToken, refresh_token: refreshToken, expires_in: 0, ...fields };
  const { exit, stderr } = await run(`echo '${JSON.stringify(response)}' | keystow set --token ${options} api alice`);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
}

async function expectValid(command = 'keystow token api alice', extra = {}): Promise<string> {
  const { stdout, stderr, exit } = await run(command, extra);
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  // Exactly the token, as tools that run a command expect it.
  expect(stdout).toMatch(/^[\w-]{43}$/);
  expect(await provider.isActive(stdout)).toBe(true);
  return stdout;
}

describe('[TOK10] keystow token renews a token at a standard OAuth server', () => {
  test('that was named when the token was stored', async () => {
    await store(`--issuer ${provider.issuer} --client-id native`);
    const first = await expectValid();
    expect(await expectValid()).toBe(first);
    const forced = await expectValid('keystow token api alice --force');
    expect(forced).not.toBe(first);
    expect(await expectValid()).toBe(forced);
  });

  test('that is named each time, and is not stored', async () => {
    await store('');
    await expectValid(`keystow token api alice --issuer ${provider.issuer} --client-id native`);
    expect((await run('keystow get api alice')).stdout).not.toContain(provider.issuer);
  });

  test('without metadata, with the client secret from a variable', async () => {
    const { clientId, clientSecret } = provider.confidentialClient;
    const options = `--token-endpoint ${provider.issuer}/token --client-id ${clientId} --client-secret-variable ACME_SECRET`;
    await store(options, { confidential: true });
    const missing = await run('keystow token api alice');
    expect(missing).toMatchObject({ stdout: '', exit: 2 });
    expect(missing.stderr).toContain('the client secret is missing: ACME_SECRET is not set');
    await expectValid(undefined, { ACME_SECRET: clientSecret });
  });

  test('whose token endpoint has a query', async () => {
    await store(`--token-endpoint '${provider.issuer}/token?policy=p1' --client-id native`);
    await expectValid();
  });

  test.each([
    ["--issuer 'https://id.acme.example?policy=p1'", 'an issuer has no query'],
    ['--issuer https://alice:s3cret@id.acme.example', 'a user name, password or fragment is not allowed'],
    ["--token-endpoint 'https://id.acme.example/token#x'", 'a user name, password or fragment is not allowed'],
    ['--token-endpoint http://id.acme.example/token', 'it would receive tokens unencrypted'],
    ['--token-endpoint id.acme.example', 'it is not a URL'],
  ])('whose address is invalid: %s', async (options, reason) => {
    const { stderr, exit } = await run(
      `echo '{"access_token":"a"}' | keystow set --token ${options} --client-id c api x`,
    );
    expect(exit).toBe(2);
    expect(stderr).toContain(`invalid URL of a server: ${reason}`);
    expect(stderr).not.toContain('s3cret');
  });

  test('with a client secret that is stored with the token', async () => {
    const { clientId, clientSecret } = provider.confidentialClient;
    const fields = { client_secret: clientSecret };
    await store(`--issuer ${provider.issuer} --client-id ${clientId}`, { confidential: true, fields });
    await expectValid();
    await expectValid('keystow token api alice --force');
  });

  test('once for many processes', async () => {
    await store(`--issuer ${provider.issuer} --client-id native`);
    const before = provider.granted.length;
    const all = await Promise.all(Array.from({ length: 8 }, () => run('keystow token api alice')));
    expect(new Set(all.map(({ stdout }) => stdout)).size).toBe(1);
    expect(provider.granted.length - before).toBe(1);
  });

  test('which rejects a spent refresh token: exit code 4, and no token in the message', async () => {
    await store(`--issuer ${provider.issuer} --client-id native`, {
      fields: { refresh_token: 'a-spent-refresh-token' },
    });
    const { stdout, stderr, exit } = await run('keystow token api alice');
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 4 });
    expect(stderr).toMatch(/^keystow: the sign-in has expired or was revoked: .*\n {2}hint: sign in again\n$/);
    expect(stderr).not.toContain('a-spent');
  });

  test('which is down: exit code 1', async () => {
    await store('--token-endpoint http://127.0.0.1:9/token --client-id native');
    const { stdout, stderr, exit } = await run('keystow token api alice');
    expect({ stdout, exit }).toEqual({ stdout: '', exit: 1 });
    expect(stderr).toContain('cannot connect to http://127.0.0.1:9/token');
    // Doctor examines the stores, not the server.
    expect(stderr).toContain("\n  hint: check the network connection and the server's address, and try again\n");
  });
});

describe('a refresh command', () => {
  const renewed = `echo '{"access_token":"new","expires_in":3600}'`;
  beforeEach(() => store(''));

  test('inherits no secret variable, and has no terminal', async () => {
    const secrets = { KEYSTOW_CREDENTIALS_PASSPHRASE: 's3cret', JSM_CLIENT_SECRET: 's3cret' };
    const command = `env >&2; (: </dev/tty) 2>/dev/null && echo has a terminal >&2; ${renewed}`;
    const { stdout, stderr } = await run(`keystow token api alice --refresh-command "$COMMAND"`, {
      ...secrets,
      COMMAND: command,
    });
    expect(stdout).toBe('new');
    expect(stderr).toContain('PATH=');
    expect(stderr.replace(/^COMMAND=.*/gm, '')).not.toMatch(/s3cret|has a terminal/);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('is not interrupted by %s, and its result is stored', async (signal) => {
    const command = `echo begun >&2; sleep 1; ${renewed}`;
    const running = sandbox.begin('exec keystow token api alice --refresh-command "$COMMAND"', { COMMAND: command });
    await running.matching(/begun/);
    running.interrupt(signal);
    const { stdout, exit } = await running.end;
    expect(stdout).toBe('');
    expect(exit).toBe(signal === 'SIGINT' ? 130 : 143);
    expect((await run('keystow token api alice')).stdout).toBe('new');
  });
});
