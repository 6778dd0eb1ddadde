import { deepEqual } from 'node:assert/strict';
import { parsePlacement, serialisePlacement } from '../../../src/domain/placement/placement-codec.ts';
import type { FuzzTarget } from '../target.ts';

/** The placement file. */
export const placement: FuzzTarget = {
  name: 'placement',
  check(input) {
    const parsed = parsePlacement(input.toString());
    if (parsed.kind === 'placement') deepEqual(parsePlacement(serialisePlacement(parsed.placement)), parsed);
  },
};
