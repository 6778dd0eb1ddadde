import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Context } from '../../src/app/context.ts';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { getTokens } from '../../src/app/tokens/get-tokens.ts';
import { encodeTokenSet } from '../../src/app/tokens/renew-tokens.ts';
import { updateCredential } from '../../src/app/tokens/update-credential.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { TokenSet } from '../../src/domain/token-set.ts';
import { textSecret } from '../contract/secrets.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { World } from './world.ts';

/** In whatever order the steps of several processes happen, updates and renewals act as if they happened one after the other. */

const name = { service: 'demo', account: 'alice' };
const runs = { numRuns: fastOrSlow(150, 3000) };
const toText = (secret: Secret | undefined) => (secret ? Buffer.from(secret.expose()).toString() : '');

/** A world in which every operation of a store waits until the scheduler chooses it, once `begin` was called. */
function createWorld(scheduler: fc.Scheduler) {
  const world = new World();
  const step = () => scheduler.schedule(Promise.resolve(), 'step');
  const context: Context = { ...world.context, renewal: { ...world.context.renewal, sleep: step } };
  const begin = () => {
    world.pause = step;
  };
  const end = () => {
    world.pause = async () => {};
  };
  return { context, begin, end };
}

test('no update is lost, and one that fails changes nothing', async () => {
  const operations = fc.array(fc.constantFrom('append', 'throw', 'set'), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), operations, async (scheduler, operations) => {
      const { context, begin, end } = createWorld(scheduler);
      begin();
      const working = operations.map((operation, index) => {
        const letter = String.fromCharCode(97 + index);
        if (operation === 'set') return setCredential(context, name, textSecret(letter.toUpperCase()));
        const change = async (old: Secret | undefined) => {
          await scheduler.schedule(Promise.resolve(), 'change');
          if (operation === 'throw') throw new Error('changed nothing');
          return textSecret(toText(old) + letter);
        };
        return updateCredential(context, name, change);
      });
      const results = await scheduler.waitFor(Promise.allSettled(working));
      end();
      const stored = toText(await getCredential(context, name));
      const expected = operations.map((operation) => (operation === 'throw' ? 'rejected' : 'fulfilled'));
      expect(results.map(({ status }) => status)).toEqual(expected);
      const letters = operations.flatMap((operation, index) =>
        operation === 'append' ? String.fromCharCode(97 + index) : [],
      );
      // What a `set` wrote comes first, and then each later update once.
      expect(stored).toMatch(/^[A-Z]?[a-z]*$/);
      const updates = [...stored.replace(/^[A-Z]/, '')];
      expect(new Set(updates).size).toBe(updates.length);
      expect(letters).toEqual(expect.arrayContaining(updates));
      if (operations.every((operation) => operation !== 'set')) expect(updates.sort()).toEqual(letters);
    }),
    runs,
  );
});

test('a token is requested once, and everybody gets the result', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (scheduler, callers, rejects) => {
        const { context, begin, end } = createWorld(scheduler);
        const old: TokenSet = { accessToken: 'old', refreshToken: 'r', expiresAt: '2026-11-03T00:00:00.000Z' };
        await setCredential(context, name, encodeTokenSet(old));
        begin();
        let requests = 0;
        const refresh = async () => {
          requests += 1;
          await scheduler.schedule(Promise.resolve(), 'request');
          return rejects ? { error: 'invalid_grant' } : { access_token: 'new', expires_in: 3600 };
        };
        const working = Array.from({ length: callers }, () => getTokens(context, name, { refresh }));
        const results = await scheduler.waitFor(Promise.allSettled(working));
        end();
        expect(requests).toBe(1);
        for (const result of results) {
          if (rejects) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'refresh-rejected' } });
          else expect(result).toMatchObject({ value: { accessToken: 'new' } });
        }
      },
    ),
    runs,
  );
});
