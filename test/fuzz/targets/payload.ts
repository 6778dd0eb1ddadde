import { equal, ok } from 'node:assert/strict';
import { Payload } from '../../../src/adapters/encrypted-file/payload.ts';
import type { FuzzTarget } from '../target.ts';

class Invalid extends Error {}

const fail = () => {
  throw new Invalid();
};

/** The decrypted content of the encrypted file, in both versions. */
export const payload: FuzzTarget = {
  name: 'payload',
  check(input) {
    for (const parse of [Payload.parse, Payload.parseV1]) {
      try {
        const parsed = parse(input, fail);
        const names = parsed.names();
        for (const name of names) ok(parsed.get(name));
        equal(Payload.parse(Buffer.concat(parsed.serialise()), fail).names().length, names.length);
      } catch (error) {
        if (!(error instanceof Invalid)) throw error;
      }
    }
  },
};
