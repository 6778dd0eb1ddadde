import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classifyReason } from '../../src/domain/selection/probe-result.ts';
import { isPreference, replaySelection, selectionRules } from '../../src/domain/selection/selection.ts';
import { type SelectionInputs, selectionInputs } from './arbitraries.ts';
import { runSelection } from './run-selection.ts';

function law(title: string, holds: (inputs: SelectionInputs) => void): void {
  test(title, () => fc.assert(fc.property(selectionInputs, holds), { numRuns: 1000 }));
}

law('a selection ends after at most one probe of each candidate, in their order', (inputs) => {
  const probed = runSelection(inputs).effects.flatMap((effect) => (effect.type === 'probe' ? [effect.store] : []));
  expect(probed).toEqual([...new Set(inputs.candidates)].slice(0, probed.length));
});

law('[DOM10] the same input has the same result', (inputs) => {
  expect(runSelection(inputs)).toEqual(runSelection(structuredClone(inputs)));
});

law('[DOM11] if the preference is file, nothing is probed and the encrypted file is selected', (inputs) => {
  const { end, effects } = runSelection({ ...inputs, policy: { ...inputs.policy, preference: 'file' } });
  expect(effects).toEqual([]);
  expect(end).toMatchObject({ status: 'selected', store: 'file' });
});

law('[DOM12] if the keyring is disabled, nothing is probed', (inputs) => {
  expect(runSelection({ ...inputs, policy: { ...inputs.policy, keyringDisabled: true } }).effects).toEqual([]);
});

law('[DOM13] a required keyring is never replaced by the encrypted file', (inputs) => {
  const { end } = runSelection({ ...inputs, policy: { ...inputs.policy, preference: 'keychain' } });
  expect(end).not.toMatchObject({ store: 'file' });
});

law('[DOM14] if the preference is auto, a store is always selected', (inputs) => {
  expect(runSelection({ ...inputs, policy: { ...inputs.policy, preference: 'auto' } }).end.status).toBe('selected');
});

law('[DOM15] a volatile store and the kernel keyring are never selected', (inputs) => {
  const { end } = runSelection(inputs);
  if (end.status === 'rejected' || end.store === 'file') return;
  expect(end.store).not.toBe('keyutils');
  expect(inputs.probes[end.store]).toMatchObject({ kind: 'usable', persistence: 'until-delete' });
});

law('[DOM16] every candidate before the end is skipped, once, with the reason of its probe', (inputs) => {
  const { end } = runSelection(inputs);
  const { preference, keyringDisabled } = inputs.policy;
  if (!isPreference(preference) || preference === 'file' || keyringDisabled) return;
  const queue = [...new Set(inputs.candidates)];
  const before = end.status === 'selected' && end.store !== 'file' ? queue.slice(0, queue.indexOf(end.store)) : queue;
  expect(end.skipped.map(({ store, reason }) => [store, reason])).toEqual(
    before.map((store) => {
      const probe = inputs.probes[store];
      return [store, probe.kind === 'usable' ? 'volatile' : probe.reason];
    }),
  );
});

law('[DOM17] there is a warning exactly if a service failure is skipped under auto', (inputs) => {
  const { end, effects } = runSelection(inputs);
  const warned = effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : []));
  const failed = end.skipped.filter(({ reason }) => classifyReason(reason) === 'service-failure');
  expect(warned).toEqual(inputs.policy.preference === 'auto' ? failed : []);
});

law('a replay of the recorded probes has the same end and the same warnings', (inputs) => {
  const { end, effects } = runSelection(inputs);
  expect(replaySelection(inputs.policy, inputs.candidates, (store) => inputs.probes[store])).toEqual({
    selection: end,
    warned: effects.flatMap((effect) => (effect.type === 'warn' ? [effect.about] : [])),
  });
});

law('a replay without a probe that it needs has no result', (inputs) => {
  const { effects, end } = runSelection(inputs);
  const isProbed = effects.some((effect) => effect.type === 'probe');
  expect(replaySelection(inputs.policy, inputs.candidates, () => undefined)).toEqual(
    isProbed ? undefined : { selection: end, warned: [] },
  );
});

test('the table describes exactly the rules that can apply', () => {
  const applied = new Set<number>();
  fc.assert(
    fc.property(selectionInputs, (inputs) => {
      for (const rule of runSelection(inputs).end.rules) applied.add(rule);
    }),
    { numRuns: 5000 },
  );
  expect([...applied].sort((a, b) => a - b)).toEqual(selectionRules.map(({ number }) => number));
});
