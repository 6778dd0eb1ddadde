import { describe, expect, test } from 'vitest';
import {
  planReconciliation,
  type ReconcileOptions,
  type ReconcilePlan,
  type ReconcileStep,
  type RecordedStores,
} from '../../src/domain/reconcile/reconcile-plan.ts';
import type { StoreId } from '../../src/domain/store-id.ts';
import { look } from './reconcile-model.ts';

const keyring = 'secret-service';
const file = 'file';
const toKeyring: ReconcileOptions = { target: keyring };

const note = (store: StoreId, ...stale: StoreId[]): ReconcileStep => ({ type: 'record', record: { store, stale } });
const copy = (from: StoreId, to: StoreId): ReconcileStep => ({ type: 'copy', from, to });
const remove = (store: StoreId): ReconcileStep => ({ type: 'remove', store });
const settled = (from: StoreId, to: StoreId, ...steps: ReconcileStep[]): ReconcilePlan => ({
  kind: 'resolved',
  from,
  to,
  steps,
});

const wholeMove = settled(
  file,
  keyring,
  note(file, keyring),
  copy(file, keyring),
  note(keyring, file),
  remove(file),
  note(keyring),
);

interface Row {
  readonly title: string;
  readonly record?: RecordedStores;
  /** Store → content of its copy; `?`: it does not answer. */
  readonly held: Readonly<Partial<Record<StoreId, number | '?'>>>;
  readonly wish?: ReconcileOptions;
  readonly settlement: ReconcilePlan;
}

const inKeyring: RecordedStores = { store: keyring, stale: [] };
const inFile: RecordedStores = { store: file, stale: [] };

const rows: readonly Row[] = [
  { title: 'where it should be', record: inFile, held: { file: 1 }, settlement: settled(file, file) },
  {
    title: 'found where nothing is remembered: left so',
    held: { file: 1 },
    settlement: settled(file, file),
  },
  {
    title: 'moved: the journal, the copy, the switch, the removal, the end',
    record: inFile,
    held: { file: 1 },
    wish: toKeyring,
    settlement: wholeMove,
  },
  {
    title: 'moved though nothing is remembered of it: from then on it is',
    held: { file: 1 },
    wish: toKeyring,
    settlement: wholeMove,
  },
  {
    title: 'killed after the journal: gone on with',
    record: { store: file, stale: [keyring] },
    held: { file: 1 },
    wish: toKeyring,
    settlement: settled(file, keyring, copy(file, keyring), note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'killed after the copy: gone on with',
    record: { store: file, stale: [keyring] },
    held: { file: 1, [keyring]: 1 },
    wish: toKeyring,
    settlement: settled(file, keyring, note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'killed after the switch: gone on with',
    record: { store: keyring, stale: [file] },
    held: { file: 1, [keyring]: 1 },
    wish: toKeyring,
    settlement: settled(keyring, keyring, remove(file), note(keyring)),
  },
  {
    title: 'killed after the removal: gone on with',
    record: { store: keyring, stale: [file] },
    held: { [keyring]: 1 },
    wish: toKeyring,
    settlement: settled(keyring, keyring, note(keyring)),
  },
  {
    title: 'at the target already, with the same bytes: only removed at the source',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    wish: toKeyring,
    settlement: settled(file, keyring, note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'at the target with other bytes that are known to be older: written over',
    record: { store: file, stale: [keyring] },
    held: { file: 2, [keyring]: 1 },
    wish: toKeyring,
    settlement: settled(file, keyring, copy(file, keyring), note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'at the target with other bytes: both are left, the one that a read gives first',
    record: inFile,
    held: { file: 2, [keyring]: 1 },
    wish: toKeyring,
    settlement: { kind: 'conflict', stores: [file, keyring] },
  },
  {
    title: 'with other bytes where nothing is remembered: both are left, the one that a read gives first',
    held: { file: 2, [keyring]: 1 },
    settlement: { kind: 'conflict', stores: [keyring, file] },
  },
  {
    title: 'with other bytes, and the user says whose to keep',
    record: inFile,
    held: { file: 2, [keyring]: 1 },
    wish: { keep: keyring },
    settlement: settled(keyring, keyring, note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'whose to keep says nothing where no copies differ',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    wish: { keep: keyring },
    settlement: settled(file, file, note(file, keyring), remove(keyring), note(file)),
  },
  {
    title: 'the same bytes twice: the copy that is not remembered is removed',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    settlement: settled(file, file, note(file, keyring), remove(keyring), note(file)),
  },
  {
    title: 'the same bytes twice, nothing remembered: the copy that a read gives stays',
    held: { file: 1, [keyring]: 1 },
    settlement: settled(keyring, keyring, note(keyring, file), remove(file), note(keyring)),
  },
  {
    title: 'an older copy that is still there',
    record: { store: keyring, stale: [file] },
    held: { file: 1, [keyring]: 2 },
    settlement: settled(keyring, keyring, remove(file), note(keyring)),
  },
  {
    title: 'an older copy that is gone',
    record: { store: keyring, stale: [file] },
    held: { [keyring]: 2 },
    settlement: settled(keyring, keyring, note(keyring)),
  },
  {
    title: 'an older copy in a store that does not answer stays remembered',
    record: { store: keyring, stale: [file] },
    held: { file: '?', [keyring]: 2 },
    settlement: settled(keyring, keyring),
  },
  {
    title: 'remembered in one store and found in another',
    record: inKeyring,
    held: { file: 1 },
    settlement: settled(file, file, note(file)),
  },
  {
    title: 'remembered, and only an older copy is left',
    record: { store: keyring, stale: [file] },
    held: { file: 1 },
    settlement: { kind: 'stale-only', stores: [file] },
  },
  {
    title: 'only an older copy is left, and the user says to keep it',
    record: { store: keyring, stale: [file] },
    held: { file: 1 },
    wish: { keep: file },
    settlement: settled(file, file, note(file)),
  },
  {
    title: 'remembered, and in no store',
    record: inKeyring,
    held: {},
    settlement: { kind: 'missing', steps: [{ type: 'forget' }] },
  },
  { title: 'neither remembered nor anywhere', held: {}, settlement: { kind: 'missing', steps: [] } },
  {
    title: 'remembered in a store that does not answer',
    record: inKeyring,
    held: { file: 1, [keyring]: '?' },
    settlement: { kind: 'unavailable', store: keyring },
  },
  {
    title: 'not found, and a store does not answer',
    record: inKeyring,
    held: { file: '?' },
    settlement: { kind: 'unavailable', store: file },
  },
  {
    title: 'the target does not answer',
    record: inFile,
    held: { file: 1, [keyring]: '?' },
    wish: toKeyring,
    settlement: { kind: 'unavailable', store: keyring },
  },
];

describe('what becomes of a credential that is', () => {
  test.each(rows)('$title', ({ record, held, wish, settlement }) => {
    const silent = Object.entries(held).flatMap(([store, content]) => (content === '?' ? [store as StoreId] : []));
    const kept = Object.entries(held).filter(([, content]) => content !== '?') as [StoreId, number][];
    expect(planReconciliation(look({ record, copies: new Map(kept) }, silent), wish)).toEqual(settlement);
  });
});

test('a target that nobody looked at would have to answer first', () => {
  const seen = new Map([[file, { kind: 'present', content: 1 }]] as const);
  expect(planReconciliation({ record: inFile, seen }, toKeyring)).toEqual({ kind: 'unavailable', store: keyring });
});
