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
import { World } from './world.ts';

const alice = { service: 'demo', account: 'alice' };

/** What another process does meanwhile, with an environment of its own. */
type Deed = { readonly verb: 'set' | 'delete' | 'move'; readonly preference: 'keychain' | 'file' };

const deed = fc.record<Deed>({
  verb: fc.constantFrom('set', 'delete', 'move'),
  preference: fc.constantFrom('keychain', 'file'),
});

const textOf = (secret: Secret | undefined) => secret && new TextDecoder().decode(secret.expose());

async function perform({ verb, preference }: Deed, context: Context, text: string): Promise<void> {
  const policy = { preference, keyringDisabled: false };
  const own: Context = { ...context, settings: { ...context.settings, policy } };
  const target = preference === 'file' ? 'file' : 'secret-service';
  if (verb === 'move') await reconcileCredential(own, alice, { target }, new Map());
  else if (verb === 'set') await setCredential(own, alice, textSecret(text));
  else await deleteCredential(own, alice);
}

/** Runs deeds at once, and a read beside them, in every order of their steps that fast-check thinks of. */
async function meanwhile(scheduler: fc.Scheduler, world: World, deeds: readonly Deed[]): Promise<string | undefined> {
  world.pause = () => scheduler.schedule(Promise.resolve());
  const reading = getCredential(world.context, alice);
  const done = Promise.all(deeds.map((deed, index) => perform(deed, world.context, `secret ${index}`)));
  const [secret] = await scheduler.waitFor(Promise.all([reading, done]));
  world.pause = async () => {};
  return textOf(secret);
}

const setsAndMoves = fc.array(
  deed.filter(({ verb }) => verb !== 'delete'),
  { minLength: 1, maxLength: 4 },
);

test('[APP17] of writers and movers at once, whichever store each chose, one secret stays, whole, and a read finds it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), setsAndMoves, async (scheduler, deeds) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      expect(await meanwhile(scheduler, world, deeds)).toMatch(/^(before|secret \d)$/);
      const isSet = deeds.some(({ verb }) => verb === 'set');
      expect(textOf(await getCredential(world.context, alice))).toMatch(isSet ? /^secret \d$/ : /^before$/);
      const { store } = world.placement[0] ?? {};
      for (const id of ['file', 'secret-service'] as const) {
        expect((await world.stores[id].get(alice)) !== undefined).toBe(id === store);
      }
    }),
    { numRuns: 1000 },
  );
});

test('[APP18] of writers, movers and removers at once, nothing is left that a read does not find', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(deed, { minLength: 2, maxLength: 4 }), async (scheduler, deeds) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      await meanwhile(scheduler, world, deeds);
      const found = await getCredential(world.context, alice);
      for (const id of ['file', 'secret-service'] as const) {
        const copy = await world.stores[id].get(alice);
        if (copy !== undefined) expect(found?.equals(copy)).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});

test('what is only moved is there for every read, and every list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(deed, { minLength: 1, maxLength: 3 }), async (scheduler, deeds) => {
      const world = new World();
      await setCredential(world.context, alice, textSecret('before'));
      const moves = deeds.map((deed) => ({ ...deed, verb: 'move' as const }));
      const listing = Promise.resolve().then(() => listCredentials(world.context));
      const reading = meanwhile(scheduler, world, moves);
      expect(await scheduler.waitFor(listing)).toMatchObject([alice]);
      expect(await reading).toBe('before');
    }),
    { numRuns: 1000 },
  );
});

test('what is moved there and back, past a list that looks for it here and there, is listed', async () => {
  const world = new World();
  await setCredential(world.context, alice, textSecret('before'));
  const move = (preference: Deed['preference']) => perform({ verb: 'move', preference }, world.context, '');
  const { stores } = world.context;
  const meeting: Context = {
    ...world.context,
    stores: {
      ...stores,
      async open(id) {
        const store = await stores.open(id);
        await move(id === 'file' ? 'keychain' : 'file');
        return store;
      },
    },
  };
  expect(await listCredentials(meeting)).toEqual([{ ...alice, store: 'secret-service' }]);
});
