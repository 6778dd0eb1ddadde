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

const record = (store: StoreId, ...stale: StoreId[]): ReconcileStep => ({ type: 'record', record: { store, stale } });
const copy = (from: StoreId, to: StoreId): ReconcileStep => ({ type: 'copy', from, to });
const remove = (store: StoreId): ReconcileStep => ({ type: 'remove', store });
const resolved = (from: StoreId, to: StoreId, ...steps: ReconcileStep[]): ReconcilePlan => ({
  kind: 'resolved',
  from,
  to,
  steps,
});

const fullMove = resolved(
  file,
  keyring,
  record(file, keyring),
  copy(file, keyring),
  record(keyring, file),
  remove(file),
  record(keyring),
);

interface Case {
  readonly title: string;
  readonly record?: RecordedStores;
  /** The content of the copy in each store. `?`: the store does not answer. */
  readonly held: Readonly<Partial<Record<StoreId, number | '?'>>>;
  readonly options?: ReconcileOptions;
  readonly plan: ReconcilePlan;
}

const inKeyring: RecordedStores = { store: keyring, stale: [] };
const inFile: RecordedStores = { store: file, stale: [] };

const cases: readonly Case[] = [
  { title: 'in the recorded store: nothing to do', record: inFile, held: { file: 1 }, plan: resolved(file, file) },
  {
    title: 'without a record: nothing to do',
    held: { file: 1 },
    plan: resolved(file, file),
  },
  {
    title: 'to be moved: journal, copy, switch, removal, final record',
    record: inFile,
    held: { file: 1 },
    options: toKeyring,
    plan: fullMove,
  },
  {
    title: 'to be moved without a record: gets one',
    held: { file: 1 },
    options: toKeyring,
    plan: fullMove,
  },
  {
    title: 'whose move was killed after the journal: continued',
    record: { store: file, stale: [keyring] },
    held: { file: 1 },
    options: toKeyring,
    plan: resolved(file, keyring, copy(file, keyring), record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'whose move was killed after the copy: continued',
    record: { store: file, stale: [keyring] },
    held: { file: 1, [keyring]: 1 },
    options: toKeyring,
    plan: resolved(file, keyring, record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'whose move was killed after the switch: continued',
    record: { store: keyring, stale: [file] },
    held: { file: 1, [keyring]: 1 },
    options: toKeyring,
    plan: resolved(keyring, keyring, remove(file), record(keyring)),
  },
  {
    title: 'whose move was killed after the removal: continued',
    record: { store: keyring, stale: [file] },
    held: { [keyring]: 1 },
    options: toKeyring,
    plan: resolved(keyring, keyring, record(keyring)),
  },
  {
    title: 'already in the target, with the same bytes: only removed from the source',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    options: toKeyring,
    plan: resolved(file, keyring, record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'in the target with other bytes that are known to be older: overwritten',
    record: { store: file, stale: [keyring] },
    held: { file: 2, [keyring]: 1 },
    options: toKeyring,
    plan: resolved(file, keyring, copy(file, keyring), record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'in the target with other bytes: a conflict, starting with the copy that a read returns',
    record: inFile,
    held: { file: 2, [keyring]: 1 },
    options: toKeyring,
    plan: { kind: 'conflict', stores: [file, keyring] },
  },
  {
    title: 'in two stores with other bytes, without a record: a conflict, starting with the copy that a read returns',
    held: { file: 2, [keyring]: 1 },
    plan: { kind: 'conflict', stores: [keyring, file] },
  },
  {
    title: 'in conflict, with a copy to keep: the other one is removed',
    record: inFile,
    held: { file: 2, [keyring]: 1 },
    options: { keep: keyring },
    plan: resolved(keyring, keyring, record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'in two stores with the same bytes: the copy to keep is ignored',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    options: { keep: keyring },
    plan: resolved(file, file, record(file, keyring), remove(keyring), record(file)),
  },
  {
    title: 'in two stores with the same bytes: the unrecorded copy is removed',
    record: inFile,
    held: { file: 1, [keyring]: 1 },
    plan: resolved(file, file, record(file, keyring), remove(keyring), record(file)),
  },
  {
    title: 'in two stores with the same bytes, without a record: the copy that a read returns stays',
    held: { file: 1, [keyring]: 1 },
    plan: resolved(keyring, keyring, record(keyring, file), remove(file), record(keyring)),
  },
  {
    title: 'with an older copy: it is removed',
    record: { store: keyring, stale: [file] },
    held: { file: 1, [keyring]: 2 },
    plan: resolved(keyring, keyring, remove(file), record(keyring)),
  },
  {
    title: 'with an older copy that is gone: only the record changes',
    record: { store: keyring, stale: [file] },
    held: { [keyring]: 2 },
    plan: resolved(keyring, keyring, record(keyring)),
  },
  {
    title: 'with an older copy in a store that does not answer: it stays recorded',
    record: { store: keyring, stale: [file] },
    held: { file: '?', [keyring]: 2 },
    plan: resolved(keyring, keyring),
  },
  {
    title: 'recorded in one store and found in another: the record changes',
    record: inKeyring,
    held: { file: 1 },
    plan: resolved(file, file, record(file)),
  },
  {
    title: 'recorded, with only an older copy left: stale-only',
    record: { store: keyring, stale: [file] },
    held: { file: 1 },
    plan: { kind: 'stale-only', stores: [file] },
  },
  {
    title: 'with only an older copy left, which the user keeps: it becomes current',
    record: { store: keyring, stale: [file] },
    held: { file: 1 },
    options: { keep: file },
    plan: resolved(file, file, record(file)),
  },
  {
    title: 'recorded, but in no store: its entry is removed',
    record: inKeyring,
    held: {},
    plan: { kind: 'missing', steps: [{ type: 'forget' }] },
  },
  { title: 'neither recorded nor in any store: nothing to do', held: {}, plan: { kind: 'missing', steps: [] } },
  {
    title: 'recorded in a store that does not answer: unavailable',
    record: inKeyring,
    held: { file: 1, [keyring]: '?' },
    plan: { kind: 'unavailable', store: keyring },
  },
  {
    title: 'not found, while a store does not answer: unavailable',
    record: inKeyring,
    held: { file: '?' },
    plan: { kind: 'unavailable', store: file },
  },
  {
    title: 'to be moved to a target that does not answer: unavailable',
    record: inFile,
    held: { file: 1, [keyring]: '?' },
    options: toKeyring,
    plan: { kind: 'unavailable', store: keyring },
  },
];

describe('the plan for a credential', () => {
  test.each(cases)('$title', ({ record, held, options, plan }) => {
    const silent = Object.entries(held).flatMap(([store, content]) => (content === '?' ? [store as StoreId] : []));
    const kept = Object.entries(held).filter(([, content]) => content !== '?') as [StoreId, number][];
    expect(planReconciliation(look({ record, copies: new Map(kept) }, silent), options)).toEqual(plan);
  });
});

test('a target that was not asked is unavailable', () => {
  const seen = new Map([[file, { kind: 'present', content: 1 }]] as const);
  expect(planReconciliation({ record: inFile, seen }, toKeyring)).toEqual({ kind: 'unavailable', store: keyring });
});
