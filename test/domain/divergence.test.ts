import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DivergenceKind, findDivergences } from '../../src/domain/reconcile/divergence.ts';
import { planReconciliation, type RecordedStores } from '../../src/domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { listSteps, look, situation } from './reconcile-model.ts';

const keyring = 'secret-service';
const repair = 'jsm doctor --repair';
const record = (store: StoreId, ...stale: StoreId[]): RecordedStores => ({ store, stale });

type Case = readonly [
  kind: DivergenceKind,
  explanation: string,
  fix: string,
  record: RecordedStores | undefined,
  copies: Partial<Record<StoreId, number>>,
  silent?: readonly StoreId[],
];

const table: readonly Case[] = [
  ['copy', 'also in the encrypted file, with the same secret', repair, record(keyring), { [keyring]: 1, file: 1 }],
  ['copy', 'also in the encrypted file, with the same secret', repair, undefined, { [keyring]: 1, file: 1 }],
  [
    'stale-copy',
    'an older copy is still in the encrypted file',
    repair,
    record(keyring, 'file'),
    { [keyring]: 2, file: 1 },
  ],
  [
    'stale-copy',
    'an older copy is recorded, but missing from the encrypted file',
    repair,
    record(keyring, 'file'),
    { [keyring]: 2 },
  ],
  [
    'stale-copy',
    'an older copy may still be in the Secret Service, which does not answer',
    `${repair}  # once the Secret Service answers`,
    record('file', keyring),
    { file: 2 },
    [keyring],
  ],
  [
    'stale-copy',
    'an older copy is still in the encrypted file',
    `${repair}  # once the Secret Service answers`,
    record(keyring, 'file'),
    { file: 1 },
    [keyring],
  ],
  [
    'misplaced',
    'recorded in the Secret Service, but found in the encrypted file',
    repair,
    record(keyring),
    { file: 1 },
  ],
  [
    'conflict',
    'the encrypted file and the Secret Service have different secrets; a read returns the first one',
    `${repair} --keep file  # or: --keep secret-service`,
    record('file'),
    { file: 2, [keyring]: 1 },
  ],
  [
    'stale-only',
    'missing from the Secret Service; an older copy is in the encrypted file',
    `${repair} --keep file`,
    record(keyring, 'file'),
    { file: 1 },
  ],
  [
    'conflict',
    'the Secret Service and the encrypted file and the Keychain have different secrets; a read returns the first one',
    `${repair} --keep secret-service  # or: --keep file, --keep keychain`,
    undefined,
    { [keyring]: 1, file: 2, keychain: 3 },
  ],
  [
    'stale-only',
    'missing from the Secret Service; an older copy is in the encrypted file and the Keychain',
    `${repair} --keep file  # or: --keep keychain`,
    record(keyring, 'file', 'keychain'),
    { file: 1, keychain: 2 },
  ],
  ['missing', 'recorded, but missing from the Secret Service and every other store', repair, record(keyring), {}],
];

const cases = table.map(([kind, explanation, fix, record, held, silent = []]) => ({
  kind,
  explanation,
  fix,
  record,
  held,
  silent,
}));

test.each(cases)('$kind: $explanation', ({ kind, explanation, fix, record, held, silent }) => {
  const copies = new Map(Object.entries(held) as [StoreId, number][]);
  expect(findDivergences(look({ record, copies }, silent), 'jsm')).toEqual([{ kind, explanation, fix }]);
});

test('a store that was not asked may still have an older copy', () => {
  const seen = new Map([['file', { kind: 'present', content: 1 }]] as const);
  expect(findDivergences({ record: record('file', keyring), seen }, 'jsm')).toEqual([
    {
      kind: 'stale-copy',
      explanation: 'an older copy may still be in the Secret Service, which does not answer',
      fix: `${repair}  # once the Secret Service answers`,
    },
  ]);
});

test('a credential that is neither recorded nor in any store has no divergence', () => {
  expect(findDivergences(look({ record: undefined, copies: new Map() }, []), 'jsm')).toEqual([]);
});

test('law: there is a divergence if there is something to fix, and otherwise only if a store does not answer', () => {
  fc.assert(
    fc.property(situation, ({ actual, silent }) => {
      const state = look(actual, silent);
      const plan = planReconciliation(state);
      const found = findDivergences(state, 'jsm');
      if (listSteps(plan).length > 0) expect(found).not.toEqual([]);
      if (plan.kind === 'conflict') expect(found).not.toEqual([]);
      const isResolved = plan.kind === 'resolved' && plan.steps.length === 0 && silent.length === 0;
      if (isResolved) expect(found).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

test('law: a fix is one line, and every store in it has a name', () => {
  fc.assert(
    fc.property(situation, ({ actual, silent }) => {
      for (const { fix, explanation } of findDivergences(look(actual, silent), 'jsm')) {
        expect(fix).toMatch(/^jsm doctor --repair( --keep [a-z-]+)?( {2}# [^\n]+)?$/);
        expect(`${fix}${explanation}`).not.toMatch(/undefined|\n/);
      }
    }),
    { numRuns: 3000 },
  );
});
