import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DivergenceKind, findDivergences } from '../../src/domain/reconcile/divergence.ts';
import { planReconciliation, type RecordedStores } from '../../src/domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { effectsOf, look, situation } from './reconcile-model.ts';

const keyring = 'secret-service';
const repair = 'jsm doctor --repair';
const record = (store: StoreId, ...stale: StoreId[]): RecordedStores => ({ store, stale });

type Row = readonly [
  kind: DivergenceKind,
  explanation: string,
  fix: string,
  record: RecordedStores | undefined,
  copies: Partial<Record<StoreId, number>>,
  silent?: readonly StoreId[],
];

const rows: readonly Row[] = [
  ['copy', 'the encrypted file has it too', repair, record(keyring), { [keyring]: 1, file: 1 }],
  ['copy', 'the encrypted file has it too', repair, undefined, { [keyring]: 1, file: 1 }],
  [
    'stale-copy',
    'an older copy is still in the encrypted file',
    repair,
    record(keyring, 'file'),
    { [keyring]: 2, file: 1 },
  ],
  [
    'stale-copy',
    'the older copy in the encrypted file is gone, but still remembered',
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
    'remembered in the Secret Service, and found in the encrypted file',
    repair,
    record(keyring),
    { file: 1 },
  ],
  [
    'conflict',
    'the encrypted file and the Secret Service hold different secrets; the first is the one that is read',
    `${repair} --keep file  # or: --keep secret-service`,
    record('file'),
    { file: 2, [keyring]: 1 },
  ],
  [
    'stale-only',
    'gone from the Secret Service, and an older copy is in the encrypted file',
    `${repair} --keep file`,
    record(keyring, 'file'),
    { file: 1 },
  ],
  [
    'conflict',
    'the Secret Service and the encrypted file and the Keychain hold different secrets; the first is the one that is read',
    `${repair} --keep secret-service  # or: --keep file, --keep keychain`,
    undefined,
    { [keyring]: 1, file: 2, keychain: 3 },
  ],
  [
    'stale-only',
    'gone from the Secret Service, and an older copy is in the encrypted file and the Keychain',
    `${repair} --keep file  # or: --keep keychain`,
    record(keyring, 'file', 'keychain'),
    { file: 1, keychain: 2 },
  ],
  ['missing', 'remembered in the Secret Service, and in no store', repair, record(keyring), {}],
];

const cases = rows.map(([kind, explanation, fix, record, held, silent = []]) => ({
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

test('a store that nobody looked at may still have its older copy', () => {
  const seen = new Map([['file', { kind: 'present', content: 1 }]] as const);
  expect(findDivergences({ record: record('file', keyring), seen }, 'jsm')).toEqual([
    {
      kind: 'stale-copy',
      explanation: 'an older copy may still be in the Secret Service, which does not answer',
      fix: `${repair}  # once the Secret Service answers`,
    },
  ]);
});

test('what is nowhere, and nowhere remembered, is as it should be', () => {
  expect(findDivergences(look({ record: undefined, copies: new Map() }, []), 'jsm')).toEqual([]);
});

test('law: where there is something to mend it is named, and only there or where something cannot be told', () => {
  fc.assert(
    fc.property(situation, ({ actual, silent }) => {
      const whereabouts = look(actual, silent);
      const settlement = planReconciliation(whereabouts);
      const found = findDivergences(whereabouts, 'jsm');
      if (effectsOf(settlement).length > 0) expect(found).not.toEqual([]);
      if (settlement.kind === 'conflict') expect(found).not.toEqual([]);
      const isWhole = settlement.kind === 'resolved' && settlement.steps.length === 0 && silent.length === 0;
      if (isWhole) expect(found).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});

test('law: a fix is one line, and names no store that the machine does not have a word for', () => {
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
