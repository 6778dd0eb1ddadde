import fc from 'fast-check';
import { expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { reconcileCredential } from '../../src/app/reconcile/reconcile-credential.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import type { PlacementEntry } from '../../src/domain/placement/placement-index.ts';
import type { ReconcileOptions } from '../../src/domain/reconcile/reconcile-plan.ts';
import { Secret } from '../../src/domain/secret.ts';
import { type Actual, actualIn } from '../domain/reconcile-model.ts';
import { World } from './world.ts';

const stores = ['secret-service', 'file'] as const;
const names = ['alice', 'bob'].map((account): CredentialName => ({ service: 'demo', account }));
const day = '2026-11-03T09:00:00.000Z';

const situation = fc.record({
  actual: fc.tuple(...names.map(() => actualIn(stores))),
  target: fc.option(fc.constantFrom(...stores), { nil: undefined }),
});

/** A machine on which each credential is as a situation has it. */
async function machine(actual: readonly Actual[]): Promise<World> {
  const world = new World();
  const records: PlacementEntry[] = [];
  for (const [index, name] of names.entries()) {
    const { record, copies } = actual[index] ?? {};
    if (record) records.push({ ...name, ...record, writtenAt: day });
    for (const store of stores) {
      const content = copies?.get(store);
      if (content !== undefined) await world.stores[store].set(name, new Secret(Uint8Array.of(content)));
    }
  }
  world.remembered = { placement: records, state: 'intact' };
  return world;
}

async function moveAll(world: World, target: ReconcileOptions['target']): Promise<void> {
  const failures = new Map();
  for (const name of names) await reconcileCredential(world.context, name, target ? { target } : {}, failures);
}

const contentOf = (secret: Secret | undefined) => secret?.expose()[0];

async function reads(world: World): Promise<readonly (number | undefined)[]> {
  return Promise.all(names.map(async (name) => contentOf(await getCredential(world.context, name))));
}

/** Everything that is kept, and where each is remembered to be. */
async function contents(world: World): Promise<unknown> {
  const copies = names.flatMap((name) =>
    stores.map(async (store) => [store, name.account, contentOf(await world.stores[store].get(name))]),
  );
  return [await Promise.all(copies), world.placement.map(({ account, store, stale }) => ({ account, store, stale }))];
}

/** What happens at the n-th deed: the process ends before it, or it fails, without effect or with all of it. */
type Trouble = 'killed' | 'not done' | 'done all the same';

/** Whether it came to that deed. */
async function moveWithTrouble(
  world: World,
  target: ReconcileOptions['target'],
  at: number,
  trouble: Trouble,
): Promise<boolean> {
  let deeds = 0;
  let killed = false;
  world.pause = async () => {
    if (killed) throw new Error('killed');
  };
  world.deed = async (_, perform) => {
    deeds += 1;
    if (deeds !== at) return perform();
    if (trouble === 'done all the same') await perform();
    killed = trouble === 'killed';
    throw killed ? new Error('killed') : new CredentialError('timed-out', 'no answer');
  };
  await moveAll(world, target).catch((error: unknown) => expect(String(error)).toMatch(/killed|no answer/));
  const { deed, pause, exclusively } = new World();
  Object.assign(world, { deed, pause, exclusively });
  return deeds >= at;
}

test.each<Trouble>(['killed', 'not done', 'done all the same'])(
  '[APP16] at whatever deed it is %s, every read gives what it gave before, and the same again ends as it should',
  async (trouble) => {
    await fc.assert(
      fc.asyncProperty(situation, async ({ actual, target }) => {
        const whole = await machine(actual);
        const before = await reads(whole);
        await moveAll(whole, target);
        const end = await contents(whole);
        expect(await reads(whole)).toEqual(before);
        for (let at = 1, came = true; came; at++) {
          const world = await machine(actual);
          came = await moveWithTrouble(world, target, at, trouble);
          expect(await reads(world)).toEqual(before);
          await moveAll(world, target);
          expect(await contents(world)).toEqual(end);
        }
      }),
      { numRuns: 300 },
    );
  },
);
