import { deepEqual } from 'node:assert/strict';
import { interpretResponse } from '../../../src/app/tokens/refresh-result.ts';
import { parseJson } from '../../../src/domain/text/encodings.ts';
import { isExpired, parseStoredTokenSet, serialiseTokenSet } from '../../../src/domain/token-set.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

const now = '2026-11-03T09:00:00.000Z';

/** A stored token set, which may be read from another program's item, and what a refresh command prints. */
export const tokenSet: FuzzTarget = {
  name: 'token-set',
  check(input) {
    const text = input.toString();
    const parsed = tryParse(() => parseStoredTokenSet(text), hasCode('failed'));
    if (parsed !== undefined) {
      isExpired(parsed, 0, 60_000);
      deepEqual(parseStoredTokenSet(serialiseTokenSet(parsed)), parsed);
    }
    const previous = parsed ?? { accessToken: 'old' };
    const refresh = () => interpretResponse(parseJson(text), previous, now);
    const renewed = tryParse(refresh, hasCode('refresh-failed', 'refresh-rejected'));
    // Whatever it is, it can be stored.
    if (renewed !== undefined) deepEqual(parseStoredTokenSet(serialiseTokenSet(renewed.value)), renewed.value);
  },
};
