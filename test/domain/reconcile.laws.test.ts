import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planReconciliation } from '../../src/domain/reconcile/reconcile-plan.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import {
  listStates,
  listSteps,
  look,
  overwrite,
  read,
  reconcile,
  type Situation,
  situation,
  stores,
} from './reconcile-model.ts';

function law(title: string, holds: (situation: Situation) => void): void {
  test(title, () => fc.assert(fc.property(situation, holds), { numRuns: fastOrSlow(600, 3000) }));
}

law(
  '[DOM21] wherever it is interrupted, a read returns the same as before, or the copy that the user chose',
  (situation) => {
    const { actual, silent, options } = situation;
    const plan = planReconciliation(look(actual, silent), options);
    if (plan.kind !== 'resolved') return;
    const current = actual.copies.get(plan.from);
    const before = read(actual, silent);
    for (const state of listStates(actual, plan.steps)) expect([before, current]).toContain(read(state, silent));
    if (options.keep === undefined) expect(current).toBe(before);
  },
);

law('wherever it is interrupted, a store that answers has the current copy', ({ actual, silent, options }) => {
  const plan = planReconciliation(look(actual, silent), options);
  if (plan.kind !== 'resolved') return;
  const current = actual.copies.get(plan.from);
  for (const { copies } of listStates(actual, plan.steps)) {
    expect([...copies].some(([store, content]) => content === current && !silent.includes(store))).toBe(true);
  }
});

law('wherever it is interrupted, a second run has the same result', ({ actual, silent, options }) => {
  const end = reconcile(actual, silent, options);
  const steps = listSteps(planReconciliation(look(actual, silent), options));
  for (const state of listStates(actual, steps)) expect(reconcile(state, silent, options)).toEqual(end);
  expect(listSteps(planReconciliation(look(end, silent), options))).toEqual([]);
});

law('a `set` during the run becomes the current copy, and the others are removed', ({ actual, silent, options }) => {
  const fresh = 3;
  for (const state of listStates(actual, listSteps(planReconciliation(look(actual, silent), options))).slice(1)) {
    for (const store of stores.filter((store) => !silent.includes(store))) {
      const plan = planReconciliation(look(overwrite(state, store, fresh), silent), {
        ...(options.target && { target: options.target }),
      });
      if (plan.kind === 'unavailable') continue;
      expect(plan).toMatchObject({ kind: 'resolved', from: store });
    }
  }
});

law('in the end, only the target has a copy among the stores that answer, and it is recorded there', (situation) => {
  const { actual, silent, options } = situation;
  const plan = planReconciliation(look(actual, silent), options);
  if (plan.kind !== 'resolved') return;
  const end = reconcile(actual, silent, options);
  const holding = [...end.copies.keys()].filter((store) => !silent.includes(store));
  expect(holding).toEqual([plan.to]);
  if (options.target !== undefined) expect(plan.to).toBe(options.target);
  if (end.record !== undefined) expect(end.record.store).toBe(plan.to);
});

law(
  '[DOM22] a different copy is removed only if it is known to be older, or the user chose another one',
  (situation) => {
    const { actual, silent, options } = situation;
    const plan = planReconciliation(look(actual, silent), options);
    const from = plan.kind === 'resolved' ? plan.from : undefined;
    for (const step of listSteps(plan)) {
      const lost = step.type === 'remove' ? step.store : step.type === 'copy' ? step.to : undefined;
      const content = lost && actual.copies.get(lost);
      if (lost === undefined || content === undefined || content === (from && actual.copies.get(from))) continue;
      expect(actual.record?.stale.includes(lost) || options.keep === from).toBe(true);
    }
  },
);

law('a store that does not answer is neither written to nor dropped from the record', ({ actual, silent, options }) => {
  const steps = listSteps(planReconciliation(look(actual, silent), options));
  for (const step of steps) {
    if (step.type === 'remove') expect(silent).not.toContain(step.store);
    if (step.type === 'copy') expect(silent).not.toContain(step.to);
  }
  const { record } = reconcile(actual, silent, options);
  const named = actual.record ? [actual.record.store, ...actual.record.stale] : [];
  for (const store of named.filter((store) => silent.includes(store))) {
    expect(record && [record.store, ...record.stale]).toContain(store);
  }
});

law('if copies differ, or only older ones are left, nothing is done unless the user chooses one', (situation) => {
  const { actual, silent, options } = situation;
  const plan = planReconciliation(look(actual, silent), options);
  if (plan.kind !== 'conflict' && plan.kind !== 'stale-only') return;
  const [chosen] = plan.stores;
  expect(listSteps(plan)).toEqual([]);
  if (chosen)
    expect(planReconciliation(look(actual, silent), { keep: chosen })).toMatchObject({
      kind: 'resolved',
      from: chosen,
    });
});
