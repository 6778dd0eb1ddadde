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
import { readTestIds } from '../docs/test-ids.ts';
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

/** The ids of the tests that cause what no situation in a container does. */
const broughtAboutBy: Readonly<Partial<Record<Reason, string>>> = {
  denied: 'SS3',
  'round-trip-mismatch': 'SS14',
  ambiguous: 'SS10',
  failed: 'SS4',
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
    const id = broughtAboutBy[reason];
    const met = situations.some(({ passedOver }) => passedOver.some(([, one]) => one === reason));
    expect(id === undefined ? met : readTestIds().includes(id)).toBe(true);
  });
});

test('there is no other reason', () => {
  expect([...unsupportedReasons, ...serviceFailureReasons].sort()).toEqual(Object.keys(classes).sort());
});
