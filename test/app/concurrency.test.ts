import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { deleteCredential } from '../../src/app/credentials/delete-credential.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { reconcileCredential } from '../../src/app/reconcile/reconcile-credential.ts';
import type { Secret } from '../../src/domain/secret.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { World } from './world.ts';

const alice = { service: 'demo', account: 'alice' };

/** What another process does, with settings of its own. */
interface Action {
  readonly verb: 'set' | 'delete' | 'move';
  readonly preference: 'auto' | 'file';
}

const action = fc.record<Action>({
  verb: fc.constantFrom('set', 'delete', 'move'),
  preference: fc.constantFrom('auto', 'file'),
});

const toText = (secret: Secret | undefined) => secret && new TextDecoder().decode(secret.expose());

async function perform({ verb, preference }: Action, context: Context, text: string): Promise<void> {
  const policy = { preference, keyringDisabled: false };
  const own: Context = { ...context, settings: { ...context.settings, policy } };
  const target = preference === 'file' ? 'file' : 'secret-service';
  if (verb === 'move') await reconcileCredential(own, alice, { target }, new Map());
  else if (verb === 'set') await setCredential(own, alice, textSecret(text));
  else await deleteCredential(own, alice);
}

/** Runs the actions and a read concurrently, interleaved as fast-check decides. Returns the secret that it read. */
async function readDuring(
  scheduler: fc.Scheduler,
  world: World,
  actions: readonly Action[],
): Promise<string | undefined> {
  world.pause = () => scheduler.schedule(Promise.resolve());
  const reading = getCredential(world.context, alice);
  const done = Promise.all(actions.map((action, index) => perform(action, world.context, `secret ${index}`)));
  const [secret] = await scheduler.waitFor(Promise.all([reading, done]));
  world.pause = async () => {};
  return toText(secret);
}

const setsAndMoves = fc.array(
  action.filter(({ verb }) => verb !== 'delete'),
  { minLength: 1, maxLength: 4 },
);

test('[APP17] after concurrent writes and moves one complete secret is left, in one store, and a read finds it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), setsAndMoves, async (scheduler, actions) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      expect(await readDuring(scheduler, world, actions)).toMatch(/^(before|secret \d)$/);
      const wasSet = actions.some(({ verb }) => verb === 'set');
      expect(toText(await getCredential(world.context, alice))).toMatch(wasSet ? /^secret \d$/ : /^before$/);
      const { store } = world.placement[0] ?? {};
      for (const id of ['file', 'secret-service'] as const) {
        expect((await world.stores[id].get(alice)) !== undefined).toBe(id === store);
      }
    }),
    { numRuns: fastOrSlow(150, 1000) },
  );
});

test('[APP18] after concurrent writes, moves and deletions no copy is left that a read would not find', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(action, { minLength: 2, maxLength: 4 }), async (scheduler, actions) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      await readDuring(scheduler, world, actions);
      const found = await getCredential(world.context, alice);
      for (const id of ['file', 'secret-service'] as const) {
        const copy = await world.stores[id].get(alice);
        if (copy !== undefined) expect(found?.equals(copy)).toBe(true);
      }
    }),
    { numRuns: fastOrSlow(150, 1000) },
  );
});

test('a credential that is being moved is found by every read and every list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(action, { minLength: 1, maxLength: 3 }), async (scheduler, actions) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      const moves = actions.map((action) => ({ ...action, verb: 'move' as const }));
      const listing = Promise.resolve().then(() => listCredentials(world.context));
      const reading = readDuring(scheduler, world, moves);
      expect(await scheduler.waitFor(listing)).toMatchObject([alice]);
      expect(await reading).toBe('before');
    }),
    { numRuns: fastOrSlow(150, 1000) },
  );
});

test('a credential that is always in the store that is not being listed is listed', async () => {
  const world = new World();
  await setCredential(world.context, alice, textSecret('before'));
  const move = (preference: Action['preference']) => perform({ verb: 'move', preference }, world.context, '');
  const { stores } = world.context;
  const moving: Context = {
    ...world.context,
    stores: {
      ...stores,
      async open(id) {
        const store = await stores.open(id);
        await move(id === 'file' ? 'auto' : 'file');
        return store;
      },
    },
  };
  expect(await listCredentials(moving)).toMatchObject([{ ...alice, store: 'secret-service' }]);
});
