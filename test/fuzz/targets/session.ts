import { deepEqual } from 'node:assert/strict';
import { parseSession, serialiseSession, validToken } from '../../../src/domain/sign-in/session.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** A stored sign-in, which may be read from another program's item. */
export const session: FuzzTarget = {
  name: 'session',
  check(input) {
    const parsed = tryParse(() => parseSession(input.toString()), hasCode('failed'));
    if (parsed === undefined) return;
    validToken(parsed, 0);
    deepEqual(parseSession(serialiseSession(parsed)), parsed);
  },
};
