import { beforeEach, describe, expect, test } from 'vitest';
import { examine } from '../../src/app/doctor/examine.ts';
import { replayReport } from '../../src/app/doctor/replay.ts';
import {
  type ProbeResult,
  type Reason,
  type ReasonClass,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import { situations } from '../containers/situations.ts';
import { readTestIds } from '../docs/test-ids.ts';
import { World } from './world.ts';

/**
 * Every reason why a store is skipped: its class, the rule of docs/selection.md that applies, and the id of a test that
 * causes it if no situation of test/containers does. Other programs rely on both names, so neither ever changes.
 */
const reasons = {
  disabled: { class: 'unsupported', rule: 9 },
  'binding-missing': { class: 'unsupported', rule: 9 },
  'no-session-bus': { class: 'unsupported', rule: 9 },
  'not-installed': { class: 'unsupported', rule: 9 },
  volatile: { class: 'unsupported', rule: 9 },
  'not-running': { class: 'service-failure', rule: 10 },
  locked: { class: 'service-failure', rule: 10 },
  'no-collection': { class: 'service-failure', rule: 10 },
  denied: { class: 'service-failure', rule: 10, test: 'SS3' },
  'timed-out': { class: 'service-failure', rule: 10 },
  'round-trip-mismatch': { class: 'service-failure', rule: 10, test: 'SS14' },
  ambiguous: { class: 'service-failure', rule: 10, test: 'SS10' },
  failed: { class: 'service-failure', rule: 10, test: 'SS4' },
} as const satisfies Record<Reason, { class: ReasonClass; rule: number; test?: string }>;

test('the domain has these reasons, of these classes, and no others', () => {
  const ofClass = (reasonClass: ReasonClass) =>
    Object.entries(reasons).flatMap(([reason, one]) => (one.class === reasonClass ? [reason] : []));
  expect([...unsupportedReasons].sort()).toEqual(ofClass('unsupported').sort());
  expect([...serviceFailureReasons].sort()).toEqual(ofClass('service-failure').sort());
});

describe.each(Object.entries(reasons))('%s', (reason, expected) => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.probe = { kind: expected.class, reason } as ProbeResult;
  });

  test(`is ${expected.class}, rule ${expected.rule} applies, and doctor explains it and says how to fix it`, async () => {
    const { selection } = await examine(world.context);
    const [skipped] = selection.skipped;
    const line = expect.stringMatching(/^\S.*\S$/);
    expect(skipped).toMatchObject({ reason, class: expected.class, explanation: line, fix: line });
    expect(selection.rules).toContain(expected.rule);
    expect(selection.warnings).toHaveLength(expected.class === 'service-failure' ? 1 : 0);
  });

  test('can be replayed from a report', async () => {
    const report = await examine(world.context);
    expect(replayReport(JSON.stringify(report)).selection).toEqual(report.selection);
  });

  test('is caused by a situation in a container, or by a test', () => {
    const isMet = situations.some(({ skipped }) => skipped.some(([, one]) => one === reason));
    expect('test' in expected ? readTestIds().includes(expected.test) : isMet).toBe(true);
  });
});
