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
  test.each(['', 'AUTO', 'keyring', 'auto '])('[R1] %j is rejected as an invalid preference', (preference) => {
    const rejected = { status: 'rejected', code: 'invalid-preference', skipped: [], rules: [1] };
    expect(startSelection(policy(preference), linux)).toEqual([rejected, []]);
    expect(startSelection(policy(preference, true), linux)).toEqual([rejected, []]);
  });

  test('[R2] the file is selected if it is requested, whether or not the keyring is disabled', () => {
    const selected = { status: 'selected', store: 'file', skipped: [], rules: [2] };
    expect(startSelection(policy('file'), linux)).toEqual([selected, []]);
    expect(startSelection(policy('file', true), linux)).toEqual([selected, []]);
  });

  test('[R3] if the keyring is disabled, every candidate is skipped', () => {
    const skipped = linux.map((store) => ({ store, reason: 'disabled' }));
    expect(startSelection(policy('auto', true), linux)).toEqual([
      { status: 'selected', store: 'file', skipped, rules: [3] },
      [],
    ]);
  });

  test('[R4] a keyring that is both required and disabled is a contradiction', () => {
    const rejected = { status: 'rejected', code: 'contradictory-settings', skipped: [], rules: [4] };
    expect(startSelection(policy('keychain', true), linux)).toEqual([rejected, []]);
  });

  test('[R5] without candidates, auto selects the file', () => {
    expect(startSelection(policy('auto'), [])).toEqual([
      { status: 'selected', store: 'file', skipped: [], rules: [5] },
      [],
    ]);
  });

  test('[R6] without candidates, a required keyring is rejected', () => {
    const rejected = { status: 'rejected', code: 'keyring-required', skipped: [], rules: [6] };
    expect(startSelection(policy('keychain'), [])).toEqual([rejected, []]);
  });

  test('[DOM18] if none of these rules applies, the best candidate is probed', () => {
    const history = { skipped: [], rules: [] };
    expect(startSelection(policy('auto'), linux)).toEqual([
      { status: 'probing', preference: 'auto', candidate: 'secret-service', rest: ['keyutils'], ...history },
      [{ type: 'probe', store: 'secret-service' }],
    ]);
  });

  test('a candidate that is listed twice is probed once', () => {
    expect(startSelection(policy('auto'), ['keychain', 'keychain'])[0]).toMatchObject({
      candidate: 'keychain',
      rest: [],
    });
  });
});

describe('after a probe', () => {
  test('[R7] a usable store that keeps credentials until they are deleted is selected', () => {
    const [state, effects] = probed(probing('auto'), { kind: 'usable', persistence: 'until-delete' });
    expect(state).toEqual({ status: 'selected', store: 'secret-service', skipped: [], rules: [7] });
    expect(effects).toEqual([]);
  });

  test.each(['until-exit', 'until-logout', 'until-reboot'] as const)(
    '[R8] a usable store that keeps credentials %s is skipped as volatile, without a warning',
    (persistence) => {
      const [state, effects] = probed(probing('auto', ['secret-service']), { kind: 'usable', persistence });
      const skipped = [{ store: 'secret-service', reason: 'volatile' }];
      expect(state).toEqual({ status: 'selected', store: 'file', skipped, rules: [8, 5] });
      expect(effects).toEqual([]);
    },
  );

  test('[DOM19] the kernel keyring is volatile, whatever its probe reports', () => {
    const [state] = probed(probing('auto', ['keyutils']), { kind: 'usable', persistence: 'until-delete' });
    expect(state).toMatchObject({ store: 'file', skipped: [{ store: 'keyutils', reason: 'volatile' }] });
  });

  test.each(unsupportedReasons)('[R9] %s is skipped without a warning', (reason) => {
    const [state, effects] = probed(probing('auto'), { kind: 'unsupported', reason });
    expect(state).toMatchObject({
      candidate: 'keyutils',
      skipped: [{ store: 'secret-service', reason }],
      rules: [9],
    });
    expect(effects).toEqual([{ type: 'probe', store: 'keyutils' }]);
  });

  test.each(serviceFailureReasons)(
    '[R10] %s is skipped with one warning under auto, and the next candidate is probed',
    (reason) => {
      const evidence = { text: 'from the platform' };
      const [state, effects] = probed(probing('auto'), { kind: 'service-failure', reason, evidence });
      const about = { store: 'secret-service', reason, evidence };
      expect(state).toMatchObject({ candidate: 'keyutils', skipped: [about], rules: [10] });
      expect(effects).toEqual([
        { type: 'warn', about },
        { type: 'probe', store: 'keyutils' },
      ]);
    },
  );

  test('[DOM20] a required keyring that fails is rejected by rule 6, without a warning', () => {
    const [state, effects] = probed(probing('keychain', ['keychain']), { kind: 'service-failure', reason: 'denied' });
    const skipped = [{ store: 'keychain', reason: 'denied' }];
    expect(state).toEqual({ status: 'rejected', code: 'keyring-required', skipped, rules: [10, 6] });
    expect(effects).toEqual([]);
  });
});

describe('unexpected events', () => {
  const usable: ProbeResult = { kind: 'usable', persistence: 'until-delete' };

  test('a probe of another store changes nothing', () => {
    const state = probing('auto');
    expect(transition(state, { type: 'probed', store: 'keychain', probe: usable })).toEqual([state, []]);
  });

  test('a selection that has ended does not change', () => {
    const [ended] = probed(probing('auto'), usable);
    expect(transition(ended, { type: 'probed', store: 'secret-service', probe: usable })).toEqual([ended, []]);
  });
});
