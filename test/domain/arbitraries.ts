import fc from 'fast-check';
import {
  type Evidence,
  type ProbeResult,
  persistences,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import { preferences } from '../../src/domain/selection/selection.ts';
import { type CandidateId, candidateIds } from '../../src/domain/store-id.ts';

const evidence: fc.Arbitrary<Evidence> = fc.record(
  {
    provider: fc.constantFrom(...providers),
    switchedOff: fc.boolean(),
    asksEachTime: fc.boolean(),
    busMissing: fc.boolean(),
    busSilent: fc.boolean(),
    dismissed: fc.boolean(),
    text: fc.string(),
  },
  { requiredKeys: [] },
);

const probe: fc.Arbitrary<ProbeResult> = fc.oneof(
  fc.record({ kind: fc.constant('usable' as const), persistence: fc.constantFrom(...persistences) }),
  fc.record({ kind: fc.constant('unsupported' as const), reason: fc.constantFrom(...unsupportedReasons), evidence }),
  fc.record({
    kind: fc.constant('service-failure' as const),
    reason: fc.constantFrom(...serviceFailureReasons),
    evidence,
  }),
);

/** Everything that a selection depends on: the policy, the candidates, and what a probe of each would see. */
export const selectionInputs = fc.record({
  policy: fc.record({
    preference: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...preferences) },
      { weight: 1, arbitrary: fc.string() },
    ),
    keyringDisabled: fc.boolean(),
  }),
  candidates: fc.array(fc.constantFrom(...candidateIds), { maxLength: 6 }),
  probes: fc.record({
    keychain: probe,
    'credential-manager': probe,
    'secret-service': probe,
    pass: probe,
    custom: probe,
    keyutils: probe,
  } satisfies Record<CandidateId, fc.Arbitrary<ProbeResult>>),
});

export type SelectionInputs = typeof selectionInputs extends fc.Arbitrary<infer T> ? T : never;
