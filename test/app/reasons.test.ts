import { beforeEach, describe, expect, test } from 'vitest';
import { examine, replayReport } from '../../src/app/doctor.ts';
import {
  type Probe,
  type Reason,
  type ReasonClass,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/probe.ts';
import { situations } from '../containers/situations.ts';
import { testTitles } from '../docs/test-titles.ts';
import { World } from './world.ts';

/** Why a store is passed over, and of what class that is. Other programs go by both, so neither ever changes. */
const classes = {
  disabled: 'unsupported',
  'binding-missing': 'unsupported',
  'no-session-bus': 'unsupported',
  'not-installed': 'unsupported',
  volatile: 'unsupported',
  'not-running': 'service-failure',
  locked: 'service-failure',
  'no-collection': 'service-failure',
  denied: 'service-failure',
  'timed-out': 'service-failure',
  'round-trip-mismatch': 'service-failure',
  ambiguous: 'service-failure',
  failed: 'service-failure',
} as const satisfies Record<Reason, ReasonClass>;

/** The tests that bring about what no situation in a container does. */
const broughtAboutBy: Readonly<Partial<Record<Reason, string>>> = {
  denied: 'secret-service/diagnosis.test.ts › a bus whose policy denies the Secret Service: denied',
  'round-trip-mismatch':
    'secret-service/probe.test.ts › a provider that gives back another secret: round-trip-mismatch, and nothing stays',
  ambiguous:
    'secret-service/items.test.ts › several, none of them nothing else: ambiguous, with a hint, and nothing is touched',
  failed: 'secret-service/diagnosis.test.ts › something else that listens at the address: failed, and says so',
};

const reasons = Object.entries(classes) as [Reason, ReasonClass][];

describe.each(reasons)('%s', (reason, reasonClass) => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.probe = { kind: reasonClass, reason } as Probe;
  });

  test(`is ${reasonClass}, and doctor explains it and says what mends it`, async () => {
    const { selection } = await examine(world.context);
    const [passedOver] = selection.passedOver;
    const line = expect.stringMatching(/^\S.*\S$/);
    expect(passedOver).toMatchObject({ reason, class: reasonClass, explanation: line, fix: line });
    expect(selection.warnings).toHaveLength(reasonClass === 'service-failure' ? 1 : 0);
  });

  test('can be replayed from a report', async () => {
    const report = await examine(world.context);
    expect(replayReport(JSON.stringify(report)).selection).toEqual(report.selection);
  });

  test('is brought about by a situation in a container, or by a test', () => {
    const title = broughtAboutBy[reason];
    const met = situations.some(({ passedOver }) => passedOver.some(([, one]) => one === reason));
    expect(title === undefined ? met : testTitles().has(title)).toBe(true);
  });
});

test('there is no other reason', () => {
  expect([...unsupportedReasons, ...serviceFailureReasons].sort()).toEqual(Object.keys(classes).sort());
});
