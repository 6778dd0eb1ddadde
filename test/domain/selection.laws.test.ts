import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyReason } from '../../src/domain/selection/probe-result.ts';
import { isPreference, replaySelection } from '../../src/domain/selection/selection.ts';
import { selectionRules } from '../../src/domain/selection/selection-rules.ts';
import { type Choice, choice } from './arbitraries.ts';
import { drive } from './drive.ts';

function law(title: string, holds: (choice: Choice) => void): void {
  test(title, () => fc.assert(fc.property(choice, holds), { numRuns: 1000 }));
}

law('it ends after at most one probe of each candidate, in their order', (choice) => {
  const probed = drive(choice).effects.flatMap((effect) => (effect.type === 'probe' ? [effect.store] : []));
  expect(probed).toEqual([...new Set(choice.candidates)].slice(0, probed.length));
});

law('[DOM10] the same input gives the same output', (choice) => {
  expect(drive(choice)).toEqual(drive(structuredClone(choice)));
});

law('[DOM11] asked for the file, it probes nothing and selects the file', (choice) => {
  const { end, effects } = drive({ ...choice, policy: { ...choice.policy, preference: 'file' } });
  expect(effects).toEqual([]);
  expect(end).toMatchObject({ status: 'selected', store: 'file' });
});

law('[DOM12] with the keyring disabled it probes nothing', (choice) => {
  expect(drive({ ...choice, policy: { ...choice.policy, keyringDisabled: true } }).effects).toEqual([]);
});

law('[DOM13] a demanded keyring never ends at the file', (choice) => {
  const { end } = drive({ ...choice, policy: { ...choice.policy, preference: 'keychain' } });
  expect(end).not.toMatchObject({ store: 'file' });
});

law('[DOM14] auto is never refused', (choice) => {
  expect(drive({ ...choice, policy: { ...choice.policy, preference: 'auto' } }).end.status).toBe('selected');
});

law('[DOM15] a store that forgets, and the kernel keyring, are never selected', (choice) => {
  const { end } = drive(choice);
  if (end.status === 'rejected' || end.store === 'file') return;
  expect(end.store).not.toBe('keyutils');
  expect(choice.probes[end.store]).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
});

law('[DOM16] every candidate before the end is passed over, once, with the reason that its probe saw', (choice) => {
  const { end } = drive(choice);
  const { preference, keyringDisabled } = choice.policy;
  if (!isPreference(preference) || preference === 'file' || keyringDisabled) return;
  const queue = [...new Set(choice.candidates)];
  const before = end.status === 'selected' && end.store !== 'file' ? queue.slice(0, queue.indexOf(end.store)) : queue;
  expect(end.skipped.map(({ store, reason }) => [store, reason])).toEqual(
    before.map((store) => {
      const probe = choice.probes[store];
      return [store, probe.kind === 'usable' ? 'volatile' : probe.reason];
    }),
  );
});

law('[DOM17] a warning appears exactly when a service failure was passed over under auto', (choice) => {
  const { end, effects } = drive(choice);
  const warned = effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : []));
  const failed = end.skipped.filter(({ reason }) => classifyReason(reason) === 'service-failure');
  expect(warned).toEqual(choice.policy.preference === 'auto' ? failed : []);
});

law('replaying what was seen gives the same end and the same warnings', (choice) => {
  const { end, effects } = drive(choice);
  expect(replaySelection(choice.policy, choice.candidates, (store) => choice.probes[store])).toEqual({
    selection: end,
    warned: effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : [])),
  });
});

law('a probe that was needed and is not on record is not made up', (choice) => {
  const { effects, end } = drive(choice);
  const probed = effects.some((effect) => effect.type === 'probe');
  expect(replaySelection(choice.policy, choice.candidates, () => undefined)).toEqual(
    probed ? undefined : { selection: end, warned: [] },
  );
});

test('the table describes exactly the rows that the machine can fire', () => {
  const fired = new Set<number>();
  fc.assert(
    fc.property(choice, (choice) => {
      for (const row of drive(choice).end.rules) fired.add(row);
    }),
    { numRuns: 5000 },
  );
  expect([...fired].sort((a, b) => a - b)).toEqual(selectionRules.map(({ number }) => number));
});
