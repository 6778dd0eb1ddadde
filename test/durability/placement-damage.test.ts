import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createPlacementFile } from '../../src/adapters/placement-file/placement-file.ts';
import type { Context } from '../../src/app/context.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { listCredentials } from '../../src/app/credentials/list-credentials.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { World } from '../app/world.ts';
import { textSecret } from '../contract/secrets.ts';
import { alice, bob, newPlace } from '../encrypted-file/place.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';

test('[DUR4] after any bit of the placement file was flipped, or it was truncated anywhere, every credential is still found and listed', async () => {
  const { path } = newPlace();
  const world = new World();
  const context: Context = { ...world.context, placement: createPlacementFile({ path }) };
  await setCredential(context, alice, textSecret('of alice'));
  world.policy = { preference: 'file', keyringDisabled: false };
  await setCredential({ ...context, settings: world.context.settings }, bob, textSecret('of bob'));
  const whole = readFileSync(path);
  expect(whole.toString()).toMatch(/"store":"secret-service"[\s\S]*"store":"file"/);

  const flipped = Array.from({ length: whole.length * 8 }, (_, bit) => {
    const bytes = Buffer.from(whole);
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    return bytes;
  });
  const cut = Array.from(whole, (_, length) => whole.subarray(0, length));
  // In npm test, only some of them.
  const step = fastOrSlow(19, 1);
  for (const damaged of [...flipped, ...cut].filter((_, index) => index % step === 0)) {
    writeFileSync(path, damaged);
    expect((await getCredential(context, alice))?.equals(textSecret('of alice'))).toBe(true);
    expect((await getCredential(context, bob))?.equals(textSecret('of bob'))).toBe(true);
    expect(await listCredentials(context)).toMatchObject([alice, bob]);
  }
});
