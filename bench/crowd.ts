import { spawn } from 'node:child_process';
import { newHome, token } from './homes.ts';
import { get, keystow } from './keystow.ts';
import type { Subject } from './measure.ts';
import { heading, ms, row, type Section } from './page.ts';

const crowd = 64;

/** Starts readers and writers together. Every process must succeed and no write may be lost. */
export async function crowds(session: Readonly<Record<string, string>>): Promise<Section> {
  const file = await runCrowd(newHome({ KEYSTOW_STORAGE: 'file', KEYSTOW_QUIET: '1' }));
  const keyring = await runCrowd(newHome({ ...session, KEYSTOW_QUIET: '1' }));
  return {
    text: [
      heading(`${crowd} readers and ${crowd} writers at the same time`),
      row('', 'succeeded', 'stored', 'all done after, ms'),
      row('---', '--:', '--:', '--:'),
      row('file sealed by home', `${file.succeeded} of ${2 * crowd}`, `${file.stored} of ${crowd}`, ms(file.lastMs)),
      row(
        'Secret Service',
        `${keyring.succeeded} of ${2 * crowd}`,
        `${keyring.stored} of ${crowd}`,
        ms(keyring.lastMs),
      ),
    ],
    goals: [
      { what: 'failed processes or lost writes, 128 processes and the file', value: countLost(file), atMost: 0 },
      {
        what: 'failed processes or lost writes, 128 processes and the Secret Service',
        value: countLost(keyring),
        atMost: 0,
      },
    ],
  };
}

interface Crowd {
  readonly succeeded: number;
  readonly stored: number;
  readonly lastMs: number;
}

function countLost({ succeeded, stored }: Crowd): number {
  return 2 * crowd - succeeded + (crowd - stored);
}

async function runCrowd(env: Subject['env']): Promise<Crowd> {
  await run(keystow('', ['set', 'github.com', 'alice'], env, token));
  const start = performance.now();
  const writers = Array.from({ length: crowd }, (_, index) =>
    keystow('', ['set', 'crowd.example', `${index}`], env, `secret of ${index}`),
  );
  const readers = Array.from({ length: crowd }, () => get('', env));
  const [read, written] = await Promise.all([Promise.all(readers.map(run)), Promise.all(writers.map(run))]);
  const lastMs = performance.now() - start;
  const succeeded = read.filter(({ exit, stdout }) => exit === 0 && stdout === token).length;
  const listed = await run(keystow('', ['list', 'crowd.example'], env));
  return {
    succeeded: succeeded + written.filter(({ exit }) => exit === 0).length,
    stored: listed.stdout.split('\n').filter(Boolean).length,
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
    // A reader may exit before its stdin is closed.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.once('close', (exit) => resolve({ exit, stdout }));
  });
}
