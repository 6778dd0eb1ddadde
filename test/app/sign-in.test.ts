import { beforeEach, describe, expect, test } from 'vitest';
import { saveSession, signOut } from '../../src/app/sign-in/change-session.ts';
import { readDifySession } from '../../src/app/sign-in/dify-sign-ins.ts';
import { getAccessToken, readSession } from '../../src/app/sign-in/session.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { renewalMarginMs, type TokenSet } from '../../src/domain/token-set.ts';
import type { RefreshedTokens } from '../../src/ports/sign-in/sign-in.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { World } from './world.ts';

const name = { service: 'jsm', account: 'default' };
const issuer = 'https://issuer.example';

let world: World;
let refreshed: string[];
let nowMs: number;
beforeEach(() => {
  world = new World();
  refreshed = [];
  nowMs = Date.parse(world.context.clock());
});

/** Rotates refresh tokens: each is accepted once. */
const openServer = async () => ({
  async refresh({ refreshToken }: TokenSet): Promise<RefreshedTokens> {
    if (refreshToken === undefined || refreshed.includes(refreshToken))
      throw new CredentialError('not-signed-in', 'no');
    refreshed.push(refreshToken);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { tokens: createTokens(3600_000, refreshed.length + 1) };
  },
});

function createTokens(validMs: number, generation = 1): TokenSet {
  return {
    accessToken: `access-${generation}`,
    refreshToken: `refresh-${generation}`,
    expiresAt: new Date(nowMs + validMs).toISOString(),
  };
}

const save = (tokens: TokenSet) => saveSession(world.context, name, { kind: 'sign-in', issuer, tokens });

describe('an access token', () => {
  const getToken = () => getAccessToken(world.context, name, openServer);

  test('that is valid is returned without a request', async () => {
    await save(createTokens(renewalMarginMs + 60_000));
    expect(await getToken()).toBe('access-1');
    expect(refreshed).toEqual([]);
  });

  test('without an expiry is returned without a request', async () => {
    await save({ accessToken: 'endless' });
    expect(await getToken()).toBe('endless');
  });

  test.each([-1000, 0, renewalMarginMs - 1000])(
    'that expires in %i ms is renewed and saved in the same store, without a probe',
    async (validMs) => {
      await save(createTokens(validMs));
      world.calls.length = 0;
      expect(await getToken()).toBe('access-2');
      expect(await readSession(world.context, name)).toMatchObject({ tokens: { refreshToken: 'refresh-2' } });
      expect(world.calls.filter((call) => call.startsWith('probe'))).toEqual([]);
    },
  );

  test('[APP1] is renewed once if twenty callers need it together, and all get the new one', async () => {
    await save(createTokens(-1000));
    const tokens = Array.from({ length: 20 }, () => getAccessToken(world.context, name, openServer));
    expect(new Set(await Promise.all(tokens))).toEqual(new Set(['access-2']));
    expect(refreshed).toEqual(['refresh-1']);
  });

  test('is not requested if the store cannot be written', async () => {
    await save(createTokens(-1000));
    world.write = async () => {
      throw new CredentialError('file-io', 'no space left on device');
    };
    await failure(getToken(), 'file-io');
    expect(refreshed).toEqual([]);
  });

  /** Makes every write to these stores fail after the one that precedes the request. */
  function failOnceRequested(...failing: readonly string[]): void {
    world.write = async (operation, perform) => {
      if (refreshed.length === 0 || !failing.includes(operation)) return perform();
      throw new CredentialError('locked', 'locked by now');
    };
  }

  test('is returned and kept in another store if its own store fails after the request, with a warning', async () => {
    await save(createTokens(-1000));
    failOnceRequested('set secret-service');
    expect(await getToken()).toBe('access-2');
    expect(world.warnings).toEqual([
      'the sign-in is now in the encrypted file, because the Secret Service failed: locked by now',
    ]);
    expect(await readSession(world.context, name)).toMatchObject({ tokens: { refreshToken: 'refresh-2' } });
  });

  test('is returned even if the renewed sign-in cannot be stored anywhere, with a warning', async () => {
    await save(createTokens(-1000));
    failOnceRequested('set secret-service', 'set file');
    expect(await getToken()).toBe('access-2');
    expect(world.warnings).toEqual([
      'the renewed sign-in could not be stored, so you may have to sign in again soon: locked by now',
    ]);
  });

  test('is stored even if the command was cancelled during the request', async () => {
    await save(createTokens(-1000));
    const controller = new AbortController();
    const context = { ...world.context, signal: controller.signal };
    const cancelling = async () => ({
      async refresh(tokens: TokenSet) {
        controller.abort();
        return (await openServer()).refresh(tokens);
      },
    });
    await getAccessToken(context, name, cancelling);
    expect(await readSession(world.context, name)).toMatchObject({ tokens: { refreshToken: 'refresh-2' } });
  });

  test('is stored before the problem of its response is reported', async () => {
    await save(createTokens(-1000));
    const problem = new CredentialError('sign-in-unreachable', 'the new tokens are for another account');
    const tokens = { ...createTokens(-1000), refreshToken: 'refresh-2' };
    const strange = async () => ({ refresh: async () => ({ tokens, problem }) });
    await expect(getAccessToken(world.context, name, strange)).rejects.toBe(problem);
    expect(await readSession(world.context, name)).toMatchObject({ tokens });
  });

  test.each([
    ['that is valid', 3600_000, 'access-7', []],
    ['that has expired too, after renewing that one', -1000, 'access-2', ['refresh-7']],
  ])(
    'is the one %s that another process has stored, if the server rejects ours',
    async (_, validMs, token, requested) => {
      await save(createTokens(-1000));
      let requests = 0;
      const racing = async () => ({
        async refresh(tokens: TokenSet) {
          requests += 1;
          if (requests > 1) return (await openServer()).refresh(tokens);
          await save(createTokens(validMs, 7));
          throw new CredentialError('not-signed-in', 'no');
        },
      });
      expect(await getAccessToken(world.context, name, racing)).toBe(token);
      expect(refreshed).toEqual(requested);
    },
  );

  test('is absent if another process has signed out, and the server rejects ours', async () => {
    await save(createTokens(-1000));
    const leaving = async () => ({
      async refresh() {
        await signOut(world.context, name, async () => ({ revoke: async () => 'revoked' as const }));
        throw new CredentialError('not-signed-in', 'no');
      },
    });
    expect(await getAccessToken(world.context, name, leaving)).toBeUndefined();
  });

  test('is an error if the server no longer renews it, and the session stays', async () => {
    await save(createTokens(-1000));
    refreshed.push('refresh-1');
    await failure(getToken(), 'not-signed-in');
    expect(await readSession(world.context, name)).toMatchObject({ tokens: { accessToken: 'access-1' } });
  });

  test('is the API key if there is one', async () => {
    await saveSession(world.context, name, { kind: 'api-key', key: 'jsm_key' });
    expect(await getToken()).toBe('jsm_key');
  });

  test('is absent if nobody is signed in', async () => {
    expect(await getToken()).toBeUndefined();
  });

  test.each(['', 'token', '{}', '{"kind":"sign-in"}', '{"kind":"sign-in","issuer":"x","grant":{"accessToken":1}}'])(
    'is an error if another program stored %j under the name',
    async (text) => {
      await world.stores['secret-service'].set(name, textSecret(text));
      await failure(readSession(world.context, name), 'failed');
    },
  );

  test('is read from a session that version 0.1 stored', async () => {
    const stored = '{"kind":"sign-in","issuer":"https://issuer.example","grant":{"accessToken":"old"}}';
    await world.stores['secret-service'].set(name, textSecret(stored));
    expect(await getToken()).toBe('old');
  });
});

describe('signing out', () => {
  const revoking = (outcome: 'revoked' | CredentialError) => async () => ({
    revoke: async () => {
      if (outcome instanceof CredentialError) throw outcome;
      return outcome;
    },
  });

  test('revokes the tokens and removes the credential', async () => {
    await save(createTokens(1000));
    expect(await signOut(world.context, name, revoking('revoked'))).toEqual({
      server: 'revoked',
      removals: [
        { store: 'secret-service', outcome: 'removed' },
        { store: 'file', outcome: 'absent' },
      ],
    });
    expect(await readSession(world.context, name)).toBeUndefined();
  });

  test('removes the credential even if the server is down', async () => {
    await save(createTokens(1000));
    const down = new CredentialError('sign-in-unreachable', 'down');
    expect(await signOut(world.context, name, revoking(down))).toMatchObject({ server: down });
    expect(await readSession(world.context, name)).toBeUndefined();
  });

  test('removes nothing if it is cancelled', async () => {
    await save(createTokens(1000));
    const cancelled = new CredentialError('cancelled', 'cancelled');
    await failure(signOut(world.context, name, revoking(cancelled)), 'cancelled');
    expect(await readSession(world.context, name)).toBeDefined();
  });

  test('finds nothing if nobody is signed in', async () => {
    expect(await signOut(world.context, name, revoking('revoked'))).toMatchObject({
      server: 'nothing',
      removals: [{ outcome: 'absent' }, { outcome: 'absent' }],
    });
  });
});

describe('the sign-in of difyctl in use', () => {
  async function signIn(subject: string, host = 'cloud.dify.ai'): Promise<void> {
    const tokens = { accessToken: `token of ${subject}` };
    const credential = { service: 'difyctl', account: `${subject}@${host}` };
    await saveSession(world.context, credential, { kind: 'sign-in', issuer: `https://${host}`, tokens });
    world.calls.length = 0;
  }

  async function getToken(host?: string): Promise<string | undefined> {
    const session = await readDifySession(world.context, host);
    return session?.kind === 'sign-in' ? session.tokens.accessToken : undefined;
  }

  test('is the latest, and nothing else is read', async () => {
    await signIn('alice');
    await signIn('bob', 'dify.example.com');
    expect(await getToken()).toBe('token of bob');
    expect(world.calls).toEqual(['get secret-service']);
    expect(await getToken('https://cloud.dify.ai')).toBe('token of alice');
  });

  test('is the one before if the latest was removed by hand', async () => {
    await signIn('alice');
    await signIn('bob');
    await world.stores['secret-service'].delete({ service: 'difyctl', account: 'bob@cloud.dify.ai' });
    expect(await getToken()).toBe('token of alice');
  });

  test('is found in the stores if the placement file is missing', async () => {
    await signIn('alice');
    world.snapshot = { placement: [], state: 'absent' };
    expect(await getToken()).toBe('token of alice');
    expect(await getToken('https://dify.example.com')).toBeUndefined();
  });
});
