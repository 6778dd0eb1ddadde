import { deepEqual, ok } from 'node:assert/strict';
import { Payload } from '../../../src/adapters/encrypted-file/payload.ts';
import type { FuzzTarget } from '../target.ts';

/** The decrypted content of the encrypted file. */
export const payload: FuzzTarget = {
  name: 'payload',
  check(input) {
    const parsed = Payload.parse(input);
    if (parsed === undefined) return;
    for (const name of parsed.names()) ok(parsed.get(name));
    const bytes = parsed.serialise();
    deepEqual(Payload.parse(bytes)?.serialise(), bytes);
  },
};
