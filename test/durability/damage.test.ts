import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { freshSecret } from '../contract/secrets.ts';
import { alice, newPlace, openFile } from '../encrypted-file/place.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';

/** `file-replaced`: the id was altered. It is checked before the key is derived, so it isn't authenticated yet. */
const damageCodes = ['file-damaged', 'file-foreign', 'file-version', 'file-replaced'];

/** A file with many credentials and the key source home, and its bytes. */
async function largeFile() {
  const place = newPlace();
  const store = openFile(place.path, 'home');
  for (let index = 0; index < 20; index++) {
    await store.set({ service: 'example.com', account: `account-${index}` }, freshSecret(64));
  }
  await store.set(alice, freshSecret(64));
  return { ...place, store, whole: readFileSync(place.path) };
}

/** Changes bytes, removes a part, or replaces a part by another part of `whole` or `other`. */
function damageTo(whole: Buffer, other: Buffer): fc.Arbitrary<Buffer> {
  const at = fc.nat({ max: whole.length - 1 });
  const range = fc.tuple(at, at).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const mutated = fc
    .array(fc.tuple(at, fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 8 })
    .map((marks) => {
      const bytes = Buffer.from(whole);
      for (const [index, mask] of marks) bytes[index] = (bytes[index] ?? 0) ^ mask;
      return bytes;
    });
  const truncated = at.map((length) => whole.subarray(0, length));
  const without = range.map(([start, end]) => Buffer.concat([whole.subarray(0, start), whole.subarray(end)]));
  const spliced = fc
    .tuple(range, range, fc.constantFrom(whole, other))
    .map(([[start, end], [from, to], source]) =>
      Buffer.concat([whole.subarray(0, start), source.subarray(from, to), whole.subarray(end)]),
    );
  return fc.oneof(mutated, truncated, without, spliced);
}

const runs = fastOrSlow(800, 100_000);

test(`[DUR2] ${runs} mutations, truncations and splices: each operation names the file and leaves it as it is`, {
  timeout: 1_800_000,
}, async () => {
  const { path, folder, store, whole } = await largeFile();
  const other = (await largeFile()).whole;
  const operations = {
    get: () => store.get(alice),
    set: () => store.set(alice, freshSecret()),
    delete: () => store.delete(alice),
    list: () => store.list(),
  };
  const verbs = fc.constantFrom(...(Object.keys(operations) as (keyof typeof operations)[]));
  await fc.assert(
    fc.asyncProperty(damageTo(whole, other), verbs, async (damaged, verb) => {
      fc.pre(!damaged.equals(whole));
      writeFileSync(path, damaged);
      const outcome = await operations[verb]().then(
        (value) => ({ value }),
        (error: unknown) => error,
      );
      if (!(outcome instanceof CredentialError)) throw new Error(`${verb} gave ${JSON.stringify(outcome)}`);
      if (!damageCodes.includes(outcome.code)) throw new Error(`${verb} said ${outcome.code}`);
      if (!outcome.message.includes(path))
        throw new Error(`the error of ${verb} does not name the file: ${outcome.message}`);
      if (!readFileSync(path).equals(damaged)) throw new Error(`${verb} changed the file`);
    }),
    { numRuns: runs },
  );
  expect(readdirSync(folder)).toEqual(['credentials.json']);
});
