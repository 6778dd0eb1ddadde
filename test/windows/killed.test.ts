import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { describeStore } from '../contract/require-stores.ts';
import { alice, createSecret, createWithVisibleTargets, toHex } from '../native/harness.ts';
import { bundleModule } from '../support/bundled.ts';
import { missingCredentialManager, runTool } from './credential-manager.ts';
import { TestCredentialManager } from './harness.ts';

/** The size of a secret in bytes, or `none` if it is absent. */
type SecretSize = number | 'none';

/** Secrets in one entry, in several, and absent ones: created, deleted, growing and shrinking. */
const changes: readonly (readonly [before: SecretSize, after: SecretSize])[] = [
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

const child = bundleModule('test/windows/child.ts');

describeStore(
  'a process is killed between any two writes',
  'credential-manager-native',
  missingCredentialManager,
  () => {
    let manager: TestCredentialManager;
    beforeAll(() => {
      manager = new TestCredentialManager();
    });
    afterAll(() => manager.clear());

    const createHex = (kept: SecretSize, seed: number) =>
      kept === 'none' ? undefined : toHex(createSecret(kept, seed));

    function run(...args: readonly (string | number)[]): 'done' | 'killed' {
      const { stdout, stderr } = runTool(process.execPath, [child.file(), ...args.map(String)]);
      if (stdout !== 'done' && stdout !== 'killed') throw new Error(`unexpected output: ${stdout}${stderr}`);
      return stdout;
    }

    const cases = stores.flatMap(({ changes, ...store }) =>
      changes.map(([before, after]) => ({ ...store, before, after })),
    );
    test.each(cases)(
      '$kind, replacing $before bytes with $after leaves the old or the new secret, and the next write removes all orphans',
      async ({ kind, create, before, after }) => {
        const [old, wanted] = [createHex(before, 1), createHex(after, 2)];
        for (let writes = 0, end = 'killed'; end === 'killed'; writes += 1) {
          const store = manager.open(create);
          if (before !== 'none') await store.set(alice, createSecret(before, 1));
          end = run(writes, kind, after, 2);
          const seen = toHex(await store.get(alice));
          if (end === 'done') expect(seen).toBe(wanted);
          else expect([old, wanted]).toContain(seen);
          expect(await store.list(alice.service)).toEqual(seen === undefined ? [] : [alice]);

          await store.set(alice, createSecret(5000, 3));
          expect(toHex(await store.get(alice))).toBe(createHex(5000, 3));
          expect(manager.own.list().filter((target) => target.startsWith('%piece-'))).toHaveLength(2);
          await store.delete(alice);
          expect(manager.own.list()).toEqual([]);
        }
      },
    );
  },
);
