import { deepEqual } from 'node:assert/strict';
import { parseRecords, serialiseRecords } from '../../../src/domain/setup/setup-record.ts';
import type { FuzzTarget } from '../target.ts';

/** The record of `keystow setup`. */
export const setupRecord: FuzzTarget = {
  name: 'setup-record',
  check(input) {
    const records = parseRecords(input.toString());
    if (records !== undefined) deepEqual(parseRecords(serialiseRecords(records)), records);
  },
};
