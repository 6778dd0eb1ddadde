import { beforeEach, describe, expect, test } from 'vitest';
import { saveSession } from '../../src/app/sign-in/save-session.ts';
import { getAccessToken, readSession } from '../../src/app/sign-in/session.ts';
import { signOut } from '../../src/app/sign-in/sign-out.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { renewalMarginMs, type TokenSet } from '../../src/domain/sign-in/session.ts';
import { failure } from '../contract/errors.ts';
import { createMutex } from './mutex.ts';
import { World } from './world.ts';

const name = { service: 'jsm', account: 'default' };
const issuer = 'https://issuer.example';

let world: World;
let refreshed: string[];
let now: number;
beforeEach(() => {
  world = new World();
  refreshed = [];
  now = Date.parse(world.context.clock());
});

/** Rotates: a refresh token that was used is not taken again. */
const server = async () => ({
  async refresh({ refreshToken }: TokenSet): Promise<TokenSet> {
    if (refreshToken === undefined || refreshed.includes(refreshToken))
      throw new CredentialError('not-signed-in', 'no');
    refreshed.push(refreshToken);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return grant(3600_000, refreshed.length + 1);
  },
});

function grant(holdsMs: number, generation = 1): TokenSet {
  return {
    accessToken: `access-${generation}`,
    refreshToken: `refresh-${generation}`,
    expiresAt: new Date(now + holdsMs).toISOString(),
  };
}

const keep = (given: TokenSet) => saveSession(world.context, name, { kind: 'sign-in', issuer, tokens: given });

describe('an access token', () => {
  test('that holds is given out without a request', async () => {
    await keep(grant(renewalMarginMs + 60_000));
    expect(await getAccessToken(world.context, name, { server, withLock: createMutex() })).toBe('access-1');
    expect(refreshed).toEqual([]);
  });

  test('that says nothing of its end is given out as it is', async () => {
    await keep({ accessToken: 'endless' });
    expect(await getAccessToken(world.context, name, { server, withLock: createMutex() })).toBe('endless');
  });

  test.each([-1000, 0, renewalMarginMs - 1000])(
    'that ends in %i ms is renewed, kept where it was, and given out',
    async (holdsMs) => {
      await keep(grant(holdsMs));
      world.calls.length = 0;
      expect(await getAccessToken(world.context, name, { server, withLock: createMutex() })).toBe('access-2');
      expect(await readSession(world.context, name)).toMatchObject({ tokens: { refreshToken: 'refresh-2' } });
      expect(world.calls.filter((call) => call.startsWith('probe'))).toEqual([]);
    },
  );

  test('[APP1] is renewed once by a crowd, and all of it gets the new one', async () => {
    await keep(grant(-1000));
    const withLock = createMutex();
    const crowd = Array.from({ length: 20 }, () => getAccessToken(world.context, name, { server, withLock }));
    expect(new Set(await Promise.all(crowd))).toEqual(new Set(['access-2']));
    expect(refreshed).toEqual(['refresh-1']);
  });

  test('is given out also where the renewed sign-in cannot be kept, and that is said', async () => {
    await keep(grant(-1000));
    const { context } = world;
    const store = world.stores['secret-service'];
    const failing = {
      ...context,
      stores: {
        ...context.stores,
        open: async () => ({
          ...store,
          set: async () => {
            throw new CredentialError('locked', 'locked by now');
          },
        }),
      },
    };
    expect(await getAccessToken(failing, name, { server, withLock: createMutex() })).toBe('access-2');
    expect(world.warnings).toEqual([expect.stringContaining('could not be stored')]);
  });

  test('that the server no longer renews is an error, and what is kept stays', async () => {
    await keep(grant(-1000));
    refreshed.push('refresh-1');
    await failure(getAccessToken(world.context, name, { server, withLock: createMutex() }), 'not-signed-in');
    expect(await readSession(world.context, name)).toMatchObject({ tokens: { accessToken: 'access-1' } });
  });

  test('is an API key where that is what is kept', async () => {
    await saveSession(world.context, name, { kind: 'api-key', key: 'jsm_key' });
    expect(await getAccessToken(world.context, name, { server, withLock: createMutex() })).toBe('jsm_key');
  });

  test('is absent where nobody is signed in', async () => {
    expect(await getAccessToken(world.context, name, { server, withLock: createMutex() })).toBeUndefined();
  });

  test('is not made up from what another program stored under the name', async () => {
    for (const text of [
      '',
      'token',
      '{}',
      '{"kind":"sign-in"}',
      '{"kind":"sign-in","issuer":"x","grant":{"accessToken":1}}',
    ]) {
      await world.stores['secret-service'].set(name, { expose: () => new TextEncoder().encode(text) } as never);
      await failure(readSession(world.context, name), 'failed');
    }
  });
});

describe('signing out', () => {
  const revoking = (answer: 'revoked' | CredentialError) => async () => ({
    revoke: async () => {
      if (answer instanceof CredentialError) throw answer;
      return answer;
    },
  });

  test('revokes and removes', async () => {
    await keep(grant(1000));
    expect(await signOut(world.context, name, revoking('revoked'))).toEqual({
      server: 'revoked',
      removals: [
        { store: 'secret-service', outcome: 'removed' },
        { store: 'file', outcome: 'absent' },
      ],
    });
    expect(await readSession(world.context, name)).toBeUndefined();
  });

  test('removes also where the server cannot be told', async () => {
    await keep(grant(1000));
    const down = new CredentialError('sign-in-unreachable', 'down');
    expect(await signOut(world.context, name, revoking(down))).toMatchObject({ server: down });
    expect(await readSession(world.context, name)).toBeUndefined();
  });

  test('that is called off removes nothing', async () => {
    await keep(grant(1000));
    await failure(signOut(world.context, name, revoking(new CredentialError('cancelled', 'called off'))), 'cancelled');
    expect(await readSession(world.context, name)).toBeDefined();
  });

  test('of nobody finds nothing anywhere', async () => {
    expect(await signOut(world.context, name, revoking('revoked'))).toMatchObject({
      server: 'nothing',
      removals: [{ outcome: 'absent' }, { outcome: 'absent' }],
    });
  });
});
