import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { describeStore } from '../contract/require-stores.ts';
import { alice, createSecret, createWithVisibleTargets, toHex } from '../native/harness.ts';
import { bundled } from '../support/bundled.ts';
import { missing } from './missing.ts';
import { Place } from './place.ts';
import { runTool } from './run-tool.ts';

/** A secret by its size in bytes; `none`: there is none. */
type Kept = number | 'none';

/** Within one entry, in several, and in none of its own: growing, shrinking, made and deleted. */
const changes: readonly (readonly [before: Kept, after: Kept])[] = [
  ['none', 6000],
  [6000, 8000],
  [8000, 'none'],
  [6000, 300],
  [300, 6000],
  [0, 6000],
  [6000, 0],
  [300, 100_000],
];
const stores = [
  { kind: 'ordinary', create: createCredentialManager, changes },
  { kind: 'visible-target', create: createWithVisibleTargets, changes: changes.slice(0, 3) },
];

const child = bundled('test/windows/child.ts');

describeStore('a process that is killed between any two writes', 'credential-manager-native', missing, () => {
  let place: Place;
  beforeAll(() => {
    place = new Place();
  });
  afterAll(() => place.clear());

  const hexFor = (kept: Kept, seed: number) => (kept === 'none' ? undefined : toHex(createSecret(kept, seed)));

  function run(...args: readonly (string | number)[]): 'done' | 'killed' {
    const { stdout, stderr } = runTool(process.execPath, [child.file(), ...args.map(String)]);
    if (stdout !== 'done' && stdout !== 'killed') throw new Error(`neither done nor killed: ${stdout}${stderr}`);
    return stdout;
  }

  const cases = stores.flatMap(({ changes, ...store }) =>
    changes.map(([before, after]) => ({ ...store, before, after })),
  );
  test.each(cases)(
    '$kind, from $before bytes to $after: the old secret or the new one, and no orphan after the next',
    async ({ kind, create, before, after }) => {
      const [old, wanted] = [hexFor(before, 1), hexFor(after, 2)];
      for (let writes = 0, end = 'killed'; end === 'killed'; writes += 1) {
        const store = place.open(create);
        if (before !== 'none') await store.set(alice, createSecret(before, 1));
        end = run(writes, kind, after, 2);
        const seen = toHex(await store.get(alice));
        if (end === 'done') expect(seen).toBe(wanted);
        else expect([old, wanted]).toContain(seen);
        expect(await store.list(alice.service)).toEqual(seen === undefined ? [] : [alice]);

        await store.set(alice, createSecret(5000, 3));
        expect(toHex(await store.get(alice))).toBe(hexFor(5000, 3));
        expect(place.own.list().filter((target) => target.startsWith('%piece-'))).toHaveLength(2);
        await store.delete(alice);
        expect(place.own.list()).toEqual([]);
      }
    },
  );
});
