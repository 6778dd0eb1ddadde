import { describe, expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { findCredential } from '../../src/app/credentials/find-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { renameCredential } from '../../src/app/credentials/rename-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import type { Mutex } from '../../src/ports/system.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { createMutex } from './mutex.ts';
import { World } from './world.ts';

const alice = { service: 'demo', account: 'alice' };
const bob = { service: 'demo', account: 'bob' };
const expiresAt = '2099-12-31T00:00:00.000Z';
const secret = textSecret('alpha-7531');

/** A world in which each credential has a lock of its own. */
function createContext(world: World): Context {
  const locks = new Map<string, Mutex>();
  return {
    ...world.context,
    lockOf: ({ account }) => {
      if (!locks.has(account)) locks.set(account, createMutex());
      return locks.get(account) as Mutex;
    },
  };
}

const read = async (context: Context, name: typeof alice) => (await getCredential(context, name))?.expose();

describe('rename', () => {
  test.each(['secret-service', 'file'] as const)('keeps the secret, the expiry and the store: %s', async (store) => {
    const world = new World();
    world.policy = { preference: store === 'file' ? 'file' : 'auto', keyringDisabled: false };
    const context = createContext(world);
    await setCredential(context, alice, secret, { expiresAt });
    world.policy = { preference: 'auto', keyringDisabled: false };
    expect(await renameCredential(createContext(world), alice, bob)).toBe(store);
    expect(await findCredential(context, bob)).toMatchObject({ secret, store, expiresAt });
    expect(await getCredential(context, alice)).toBeUndefined();
    expect(world.snapshot.placement).toMatchObject([bob]);
  });

  test('a credential that does not exist is not renamed', async () => {
    const world = new World();
    expect(await renameCredential(createContext(world), alice, bob)).toBeUndefined();
    expect(world.snapshot.placement).toEqual([]);
  });

  test('another secret of the new name stays, and so does the old name', async () => {
    const world = new World();
    const context = createContext(world);
    await setCredential(context, alice, secret);
    await setCredential(context, bob, textSecret('beta-9642'));
    await failure(renameCredential(context, alice, bob), 'invalid-input');
    expect(await read(context, alice)).toEqual(secret.expose());
    expect(await read(context, bob)).toEqual(textSecret('beta-9642').expose());
  });

  test('two processes that rename in opposite directions do not wait for each other', async () => {
    const context = createContext(new World());
    await setCredential(context, alice, secret);
    await Promise.allSettled([renameCredential(context, alice, bob), renameCredential(context, bob, alice)]);
    const found = [await read(context, alice), await read(context, bob)].filter((bytes) => bytes !== undefined);
    expect(found).toEqual([secret.expose()]);
  });

  test.each(['before', 'after'] as const)(
    '[CLI104] interrupted %s any write, one of the names has the secret, and the same again completes it',
    async (moment) => {
      let killed = 0;
      for (let fatal = 1; killed === fatal - 1; fatal++) {
        const world = new World();
        const context = createContext(world);
        await setCredential(context, alice, secret, { expiresAt });
        const { write } = world;
        let writes = 0;
        world.write = async (_operation, perform) => {
          writes += 1;
          if (writes > fatal || (writes === fatal && moment === 'before')) throw new Error('killed');
          const result = await perform();
          if (writes === fatal) throw new Error('killed');
          return result;
        };
        await renameCredential(context, alice, bob).catch(() => undefined);
        if (writes >= fatal) killed += 1;
        world.write = write;
        const names = [await read(context, alice), await read(context, bob)];
        expect(names).toContainEqual(secret.expose());
        if (world.snapshot.placement.some(({ account }) => account === 'alice')) {
          expect(await renameCredential(context, alice, bob)).toBe('secret-service');
        }
        expect(await findCredential(context, bob)).toMatchObject({ secret, expiresAt });
        expect(await read(context, alice)).toBeUndefined();
        expect(world.snapshot.placement).toMatchObject([bob]);
      }
      expect(killed).toBeGreaterThan(2);
    },
  );
});
