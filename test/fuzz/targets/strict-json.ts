import { deepEqual } from 'node:assert/strict';
import { parseStrictJson } from '../../../src/domain/text/strict-json.ts';
import type { FuzzTarget } from '../target.ts';

/** JSON that other programs send to `keystow helper`. */
export const strictJson: FuzzTarget = {
  name: 'strict-json',
  check(input) {
    const text = input.toString();
    const value = parseStrictJson(text);
    // JSON.stringify writes -0 as 0.
    const normalise = (value: unknown) => JSON.parse(JSON.stringify(value));
    if (value !== undefined) deepEqual(parseStrictJson(JSON.stringify(value)), normalise(JSON.parse(text)));
  },
};
