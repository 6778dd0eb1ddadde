import { describe, expect, test } from 'vitest';
import {
  type ProbeResult,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import { type Probing, startSelection, transition } from '../../src/domain/selection/selection.ts';
import type { CandidateId } from '../../src/domain/store-id.ts';

const linux: readonly CandidateId[] = ['secret-service', 'keyutils'];
const policy = (preference: string, keyringDisabled = false) => ({ preference, keyringDisabled });

function probing(preference: 'auto' | 'keychain', candidates: readonly CandidateId[] = linux): Probing {
  const [state] = startSelection(policy(preference), candidates);
  if (state.status !== 'probing') throw new Error(`not probing but ${state.status}`);
  return state;
}

function probed(state: Probing, probe: ProbeResult) {
  return transition(state, { type: 'probed', store: state.candidate, probe });
}

describe('before anything is probed', () => {
  test.each(['', 'AUTO', 'keyring', 'auto '])('[R1] %j is refused as no preference', (preference) => {
    const refused = { status: 'rejected', code: 'invalid-preference', skipped: [], rules: [1] };
    expect(startSelection(policy(preference), linux)).toEqual([refused, []]);
    expect(startSelection(policy(preference, true), linux)).toEqual([refused, []]);
  });

  test('[R2] the file is selected when it is asked for, keyring disabled or not', () => {
    const selected = { status: 'selected', store: 'file', skipped: [], rules: [2] };
    expect(startSelection(policy('file'), linux)).toEqual([selected, []]);
    expect(startSelection(policy('file', true), linux)).toEqual([selected, []]);
  });

  test('[R3] a disabled keyring passes every candidate over', () => {
    const skipped = linux.map((store) => ({ store, reason: 'disabled' }));
    expect(startSelection(policy('auto', true), linux)).toEqual([
      { status: 'selected', store: 'file', skipped, rules: [3] },
      [],
    ]);
  });

  test('[R4] a disabled keyring that is demanded is a contradiction', () => {
    const refused = { status: 'rejected', code: 'contradictory-settings', skipped: [], rules: [4] };
    expect(startSelection(policy('keychain', true), linux)).toEqual([refused, []]);
  });

  test('[R5] without candidates auto ends at the file', () => {
    expect(startSelection(policy('auto'), [])).toEqual([
      { status: 'selected', store: 'file', skipped: [], rules: [5] },
      [],
    ]);
  });

  test('[R6] without candidates a demanded keyring is refused', () => {
    const refused = { status: 'rejected', code: 'keyring-required', skipped: [], rules: [6] };
    expect(startSelection(policy('keychain'), [])).toEqual([refused, []]);
  });

  test('[DOM18] where no row applies, the best candidate is probed', () => {
    const history = { skipped: [], rules: [] };
    expect(startSelection(policy('auto'), linux)).toEqual([
      { status: 'probing', preference: 'auto', candidate: 'secret-service', rest: ['keyutils'], ...history },
      [{ type: 'probe', store: 'secret-service' }],
    ]);
  });

  test('a candidate named twice is probed once', () => {
    expect(startSelection(policy('auto'), ['keychain', 'keychain'])[0]).toMatchObject({
      candidate: 'keychain',
      rest: [],
    });
  });
});

describe('what a probe saw', () => {
  test('[R7] a usable store that keeps until deletion is selected', () => {
    const [state, effects] = probed(probing('auto'), { kind: 'usable', persistence: 'until-delete' });
    expect(state).toEqual({ status: 'selected', store: 'secret-service', skipped: [], rules: [7] });
    expect(effects).toEqual([]);
  });

  test.each(['until-exit', 'until-logout', 'until-reboot'] as const)(
    '[R8] a usable store that keeps %s is passed over as volatile, without a warning',
    (persistence) => {
      const [state, effects] = probed(probing('auto', ['secret-service']), { kind: 'usable', persistence });
      const skipped = [{ store: 'secret-service', reason: 'volatile' }];
      expect(state).toEqual({ status: 'selected', store: 'file', skipped, rules: [8, 5] });
      expect(effects).toEqual([]);
    },
  );

  test('[DOM19] the kernel keyring is volatile whatever its probe says', () => {
    const [state] = probed(probing('auto', ['keyutils']), { kind: 'usable', persistence: 'until-delete' });
    expect(state).toMatchObject({ store: 'file', skipped: [{ store: 'keyutils', reason: 'volatile' }] });
  });

  test.each(unsupportedReasons)('[R9] %s passes over in silence', (reason) => {
    const [state, effects] = probed(probing('auto'), { kind: 'unsupported', reason });
    expect(state).toMatchObject({
      candidate: 'keyutils',
      skipped: [{ store: 'secret-service', reason }],
      rules: [9],
    });
    expect(effects).toEqual([{ type: 'probe', store: 'keyutils' }]);
  });

  test.each(serviceFailureReasons)('[R10] %s warns once under auto, and the next candidate is probed', (reason) => {
    const evidence = { text: 'what the platform said' };
    const [state, effects] = probed(probing('auto'), { kind: 'service-failure', reason, evidence });
    const about = { store: 'secret-service', reason, evidence };
    expect(state).toMatchObject({ candidate: 'keyutils', skipped: [about], rules: [10] });
    expect(effects).toEqual([
      { type: 'warn', about },
      { type: 'probe', store: 'keyutils' },
    ]);
  });

  test('[DOM20] a demanded keyring that fails is refused by row 6, and nothing is warned of', () => {
    const [state, effects] = probed(probing('keychain', ['keychain']), { kind: 'service-failure', reason: 'denied' });
    const skipped = [{ store: 'keychain', reason: 'denied' }];
    expect(state).toEqual({ status: 'rejected', code: 'keyring-required', skipped, rules: [10, 6] });
    expect(effects).toEqual([]);
  });
});

describe('events that nobody waits for', () => {
  const usable: ProbeResult = { kind: 'usable', persistence: 'until-delete' };

  test('a probe of another store changes nothing', () => {
    const state = probing('auto');
    expect(transition(state, { type: 'probed', store: 'keychain', probe: usable })).toEqual([state, []]);
  });

  test('a choice that has ended stays ended', () => {
    const [ended] = probed(probing('auto'), usable);
    expect(transition(ended, { type: 'probed', store: 'secret-service', probe: usable })).toEqual([ended, []]);
  });
});
