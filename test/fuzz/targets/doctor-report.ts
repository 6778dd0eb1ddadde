import { deepEqual } from 'node:assert/strict';
import { replayReport } from '../../../src/app/doctor/replay.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** A report for `doctor --replay`, which somebody else may have written. */
export const doctorReport: FuzzTarget = {
  name: 'doctor-report',
  check(input) {
    const replayed = tryParse(() => replayReport(input.toString()), hasCode('invalid-input'));
    if (replayed !== undefined) deepEqual(replayReport(JSON.stringify({ inputs: replayed.inputs })), replayed);
  },
};
