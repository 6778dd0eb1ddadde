import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { reconcileCredential } from '../../src/app/reconcile/reconcile-credential.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import type { PlacementEntry } from '../../src/domain/placement/placement-index.ts';
import type { ReconcileOptions } from '../../src/domain/reconcile/reconcile-plan.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type Actual, anyActual } from '../domain/reconcile-model.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { World } from './world.ts';

const stores = ['secret-service', 'file'] as const;
const names = ['alice', 'bob'].map((account): CredentialName => ({ service: 'demo', account }));
const writtenAt = '2026-11-03T09:00:00.000Z';

const situation = fc.record({
  actual: fc.tuple(...names.map(() => anyActual(stores))),
  target: fc.option(fc.constantFrom(...stores), { nil: undefined }),
});

/** Creates a machine with these credentials. */
async function createWorld(actual: readonly Actual[]): Promise<World> {
  const world = new World();
  const placement: PlacementEntry[] = [];
  for (const [index, name] of names.entries()) {
    const { record, copies } = actual[index] ?? {};
    if (record) placement.push({ ...name, ...record, writtenAt });
    for (const store of stores) {
      const content = copies?.get(store);
      if (content !== undefined) await world.stores[store].set(name, new Secret(Uint8Array.of(content)));
    }
  }
  world.snapshot = { placement, state: 'intact' };
  return world;
}

async function reconcileAll(world: World, target: ReconcileOptions['target']): Promise<void> {
  const failures = new Map();
  for (const name of names) await reconcileCredential(world.context, name, target ? { target } : {}, failures);
}

const toContent = (secret: Secret | undefined) => secret?.expose()[0];

async function readAll(world: World): Promise<readonly (number | undefined)[]> {
  return Promise.all(names.map(async (name) => toContent(await getCredential(world.context, name))));
}

/** Everything that is stored, and where it's recorded to be. */
async function dump(world: World): Promise<unknown> {
  const copies = names.flatMap((name) =>
    stores.map(async (store) => [store, name.account, toContent(await world.stores[store].get(name))]),
  );
  return [await Promise.all(copies), world.placement.map(({ account, store, stale }) => ({ account, store, stale }))];
}

/** What happens at the n-th write. */
type Fault = 'the process is killed before' | 'an error prevents' | 'an error follows';

/** Returns whether there was an n-th write. */
async function reconcileWithFault(
  world: World,
  target: ReconcileOptions['target'],
  n: number,
  fault: Fault,
): Promise<boolean> {
  let writes = 0;
  let killed = false;
  world.pause = async () => {
    if (killed) throw new Error('killed');
  };
  world.write = async (_, perform) => {
    writes += 1;
    if (writes !== n) return perform();
    if (fault === 'an error follows') await perform();
    killed = fault === 'the process is killed before';
    throw killed ? new Error('killed') : new CredentialError('timed-out', 'made to fail');
  };
  await reconcileAll(world, target).catch((error: unknown) => {
    if (!killed) expect(error).toMatchObject({ code: 'timed-out' });
  });
  const { write, pause, mutex } = new World();
  Object.assign(world, { write, pause, mutex });
  return writes >= n;
}

test.each<Fault>(['the process is killed before', 'an error prevents', 'an error follows'])(
  '[APP16] if %s any write, every read returns the same as before, and reconciling again completes it',
  async (fault) => {
    await fc.assert(
      fc.asyncProperty(situation, async ({ actual, target }) => {
        const undisturbed = await createWorld(actual);
        const before = await readAll(undisturbed);
        await reconcileAll(undisturbed, target);
        const after = await dump(undisturbed);
        expect(await readAll(undisturbed)).toEqual(before);
        for (let n = 1, happened = true; happened; n++) {
          const world = await createWorld(actual);
          happened = await reconcileWithFault(world, target, n, fault);
          expect(await readAll(world)).toEqual(before);
          await reconcileAll(world, target);
          expect(await dump(world)).toEqual(after);
        }
      }),
      { numRuns: fastOrSlow(60, 300) },
    );
  },
);
