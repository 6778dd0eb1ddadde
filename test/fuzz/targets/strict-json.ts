import { deepEqual } from 'node:assert/strict';
import { parseStrictJson } from '../../../src/domain/text/strict-json.ts';
import type { FuzzTarget } from '../target.ts';

/** JSON that other programs send to `keystow helper`. */
export const strictJson: FuzzTarget = {
  name: 'strict-json',
  check(input) {
    const text = input.toString();
    const value = parseStrictJson(text);
    if (value !== undefined) deepEqual(parseStrictJson(JSON.stringify(value)), JSON.parse(text));
  },
};
