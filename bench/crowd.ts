import { spawn } from 'node:child_process';
import { newHome, token } from './homes.ts';
import { get, keystow } from './keystow.ts';
import type { Subject } from './measure.ts';
import { heading, ms, row, type Section } from './page.ts';

const crowd = 64;

/** Readers and writers, all at once: each must end well, and everything that was written must be there. */
export async function crowds(session: Readonly<Record<string, string>>): Promise<Section> {
  const file = await crowdAt(newHome({ KEYSTOW_STORAGE: 'file', KEYSTOW_QUIET: '1' }));
  const keyring = await crowdAt(newHome({ ...session, KEYSTOW_QUIET: '1' }));
  return {
    text: [
      heading(`${crowd} readers and ${crowd} writers at once`),
      row('', 'ended well', 'kept', 'the last after, ms'),
      row('---', '--:', '--:', '--:'),
      row('file sealed by home', `${file.well} of ${2 * crowd}`, `${file.kept} of ${crowd}`, ms(file.lastMs)),
      row('Secret Service', `${keyring.well} of ${2 * crowd}`, `${keyring.kept} of ${crowd}`, ms(keyring.lastMs)),
    ],
    goals: [
      { what: 'processes of a crowd at the file that failed, or writes lost', value: lost(file), atMost: 0 },
      {
        what: 'processes of a crowd at the Secret Service that failed, or writes lost',
        value: lost(keyring),
        atMost: 0,
      },
    ],
  };
}

interface Crowd {
  readonly well: number;
  readonly kept: number;
  readonly lastMs: number;
}

function lost({ well, kept }: Crowd): number {
  return 2 * crowd - well + (crowd - kept);
}

async function crowdAt(env: Subject['env']): Promise<Crowd> {
  await run(keystow('', ['set', 'github.com', 'alice'], env, token));
  const start = performance.now();
  const writers = Array.from({ length: crowd }, (_, index) =>
    keystow('', ['set', 'crowd.example', `${index}`], env, `secret of ${index}`),
  );
  const readers = Array.from({ length: crowd }, () => get('', env));
  const [read, written] = await Promise.all([Promise.all(readers.map(run)), Promise.all(writers.map(run))]);
  const lastMs = performance.now() - start;
  const well = read.filter(({ exit, stdout }) => exit === 0 && stdout === token).length;
  const kept = await run(keystow('', ['list', 'crowd.example'], env));
  return {
    well: well + written.filter(({ exit }) => exit === 0).length,
    kept: kept.stdout.split('\n').filter(Boolean).length,
    lastMs,
  };
}

function run({
  argv: [program = '', ...args],
  env,
  input = '',
}: Subject): Promise<{ exit: number | null; stdout: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    // A reader may have ended before it is told that nothing comes.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', (exit) => resolve({ exit, stdout }));
  });
}
