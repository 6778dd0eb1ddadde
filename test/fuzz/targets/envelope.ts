import { equal } from 'node:assert/strict';
import { parseEnvelope, serialiseEnvelope } from '../../../src/domain/envelope/envelope.ts';
import type { FuzzTarget } from '../target.ts';

/** The encrypted file. Only its exact text is valid. */
export const envelope: FuzzTarget = {
  name: 'envelope',
  check(input) {
    const text = input.toString();
    const parsed = parseEnvelope(text);
    if (parsed.kind === 'envelope') equal(serialiseEnvelope(parsed.envelope), text);
  },
};
