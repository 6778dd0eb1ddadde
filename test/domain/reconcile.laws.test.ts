import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planReconciliation } from '../../src/domain/reconcile/reconcile-plan.ts';
import {
  effectsOf,
  look,
  overwrite,
  read,
  type Situation,
  settleAll,
  situation,
  stores,
  way,
} from './reconcile-model.ts';

function law(title: string, holds: (situation: Situation) => void): void {
  test(title, () => fc.assert(fc.property(situation, holds), { numRuns: 3000 }));
}

law('[DOM21] wherever it is cut off, a read gives what it gave before, or what the user said to keep', (situation) => {
  const { actual, silent, wish } = situation;
  const settlement = planReconciliation(look(actual, silent), wish);
  if (settlement.kind !== 'resolved') return;
  const counts = actual.copies.get(settlement.from);
  const before = read(actual, silent);
  for (const state of way(actual, settlement.steps)) expect([before, counts]).toContain(read(state, silent));
  if (wish.keep === undefined) expect(counts).toBe(before);
});

law('wherever it is cut off, the copy that counts is in some store that answers', ({ actual, silent, wish }) => {
  const settlement = planReconciliation(look(actual, silent), wish);
  if (settlement.kind !== 'resolved') return;
  const counts = actual.copies.get(settlement.from);
  for (const { copies } of way(actual, settlement.steps)) {
    expect([...copies].some(([store, content]) => content === counts && !silent.includes(store))).toBe(true);
  }
});

law('wherever it is cut off, doing it again ends as if it had not been', ({ actual, silent, wish }) => {
  const end = settleAll(actual, silent, wish);
  const effects = effectsOf(planReconciliation(look(actual, silent), wish));
  for (const state of way(actual, effects)) expect(settleAll(state, silent, wish)).toEqual(end);
  expect(effectsOf(planReconciliation(look(end, silent), wish))).toEqual([]);
});

law('once it has begun, what a set writes in between counts, and the rest gives way', ({ actual, silent, wish }) => {
  const fresh = 3;
  for (const state of way(actual, effectsOf(planReconciliation(look(actual, silent), wish))).slice(1)) {
    for (const store of stores.filter((store) => !silent.includes(store))) {
      const settlement = planReconciliation(look(overwrite(state, store, fresh), silent), {
        ...(wish.target && { target: wish.target }),
      });
      if (settlement.kind === 'unavailable') continue;
      expect(settlement).toMatchObject({ kind: 'resolved', from: store });
    }
  }
});

law('in the end it is where it was wished, alone among the stores that answer, and remembered there', (situation) => {
  const { actual, silent, wish } = situation;
  const settlement = planReconciliation(look(actual, silent), wish);
  if (settlement.kind !== 'resolved') return;
  const end = settleAll(actual, silent, wish);
  const holding = [...end.copies.keys()].filter((store) => !silent.includes(store));
  expect(holding).toEqual([settlement.to]);
  if (wish.target !== undefined) expect(settlement.to).toBe(wish.target);
  if (end.record !== undefined) expect(end.record.store).toBe(settlement.to);
});

law(
  '[DOM22] a copy with other bytes is removed only where it is known to be older, or the user said so',
  (situation) => {
    const { actual, silent, wish } = situation;
    const settlement = planReconciliation(look(actual, silent), wish);
    const from = settlement.kind === 'resolved' ? settlement.from : undefined;
    for (const effect of effectsOf(settlement)) {
      const lost = effect.type === 'remove' ? effect.store : effect.type === 'copy' ? effect.to : undefined;
      const content = lost && actual.copies.get(lost);
      if (lost === undefined || content === undefined || content === (from && actual.copies.get(from))) continue;
      expect(actual.record?.stale.includes(lost) || wish.keep === from).toBe(true);
    }
  },
);

law('a store that does not answer is neither written to nor forgotten', ({ actual, silent, wish }) => {
  const effects = effectsOf(planReconciliation(look(actual, silent), wish));
  for (const effect of effects) {
    if (effect.type === 'remove') expect(silent).not.toContain(effect.store);
    if (effect.type === 'copy') expect(silent).not.toContain(effect.to);
  }
  const { record } = settleAll(actual, silent, wish);
  const named = actual.record ? [actual.record.store, ...actual.record.stale] : [];
  for (const store of named.filter((store) => silent.includes(store))) {
    expect(record && [record.store, ...record.stale]).toContain(store);
  }
});

law('where copies differ, or only older ones are left, nothing is done unless the user says whose', (situation) => {
  const { actual, silent, wish } = situation;
  const settlement = planReconciliation(look(actual, silent), wish);
  if (settlement.kind !== 'conflict' && settlement.kind !== 'stale-only') return;
  const [chosen] = settlement.stores;
  expect(effectsOf(settlement)).toEqual([]);
  if (chosen)
    expect(planReconciliation(look(actual, silent), { keep: chosen })).toMatchObject({
      kind: 'resolved',
      from: chosen,
    });
});
