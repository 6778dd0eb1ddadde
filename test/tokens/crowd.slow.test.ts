import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { needsPosix } from '../support/needs.ts';
import { Crowd, type CrowdOptions } from './crowd.ts';

/** The full run takes an hour on a quiet machine: KEYSTOW_MEMBERS=64 KEYSTOW_EXPIRIES=200 npx vitest run test/tokens/crowd.slow.test.ts */
const expiries = Number(process.env.KEYSTOW_EXPIRIES ?? 5);
const members = Number(process.env.KEYSTOW_MEMBERS ?? 16);
const seed = Number(process.env.KEYSTOW_SEED ?? Date.now() % 1e6);

async function run(environment: NodeJS.ProcessEnv, commands: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'keystow-crowd-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 10 }));
  const options: CrowdOptions = {
    environment: { HOME: home, ...environment },
    members,
    commands,
    random: randomFrom(seed),
  };
  const crowd = new Crowd(options);
  onTestFinished(() => crowd.stop());
  await crowd.start();
  for (let round = 0; round < expiries; round += 1) await crowd.round();
  const { counts } = crowd;
  const other = await crowd.read('get', 'api', 'other');
  const counter = Number(await crowd.read('get', 'api', 'counter'));
  process.stdout.write(`${JSON.stringify({ seed, ...counts, counter })}\n`);
  expect(counts).toMatchObject({ rounds: expiries, early: 0, outdated: 0, failures: [] });
  expect(counts.endedSignIns).toBeLessThanOrEqual(counts.killedRenewing);
  if (counts.killedRenewing === 0) expect(counts.rejected).toBe(0);
  expect(other).toBe('never changes');
  // A process that was killed may have counted without saying so.
  expect(counter).toBeGreaterThanOrEqual(counts.counted);
  expect(counter).toBeLessThanOrEqual(counts.counted + counts.killed + counts.terminated);
}

const options = { ...needsPosix, timeout: 600_000 + expiries * 30_000 };

const title = 'an expired token is renewed once for all processes, whatever happens to them';

describeStore('the encrypted file', 'file-home', undefined, () => {
  test(`${title}, sealed by the home directory`, options, () => run({ ACME_STORAGE: 'file' }, 4));

  test(`${title}, sealed by a passphrase`, options, () =>
    run(
      {
        ACME_STORAGE: 'file',
        ACME_SEAL: 'passphrase',
        ACME_ALLOW_ENV_PASSPHRASE: '1',
        ACME_CREDENTIALS_PASSPHRASE: 'correct horse',
        ACME_QUIET: '1',
      },
      1,
    ),
  );
});

describeStore('gnome-keyring', 'secret-service', missing(), () => {
  test(title, options, async () => {
    const keyring = await startGnomeKeyring('unlocked');
    onTestFinished(() => keyring.stop());
    await run({ ...keyring.environment, ACME_STORAGE: 'keychain' }, 4);
  });
});

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
