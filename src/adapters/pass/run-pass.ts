import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { PassFailure, timedOut, toError } from './to-error.ts';

export interface PassProgram {
  /** `PATH`, `HOME`, and what pass and GnuPG read: `PASSWORD_STORE_…`, `GNUPGHOME`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly interaction: Interaction;
  /** Bounds a call where nobody is there to answer GnuPG. 2,500 where absent. */
  readonly limitMs?: number;
}

const defaultLimitMs = 2_500;

/** A call that takes longer is likely to be asking for something. */
const askingMs = 1_000;

/** Runs `pass ARGS…` with `input` on its stdin, and resolves with its stdout. Rejects as `to-error.ts` has it. */
export async function runPass(
  { environment, interaction, limitMs = defaultLimitMs }: PassProgram,
  args: readonly string[],
  input: Uint8Array,
  operation: OperationOptions | undefined,
): Promise<Buffer> {
  const { interactive } = interaction;
  // A group of its own: when pass ends, GnuPG is to end with it.
  const child = spawn('pass', args, {
    env: { ...(interactive ? environment : promptless(environment)), LC_ALL: 'C.UTF-8' },
    detached: true,
  });
  const bound = new AbortController();
  const timer = interactive
    ? setTimeout(() => interaction.notifyWaiting('password store'), askingMs)
    : setTimeout(() => bound.abort(), limitMs);
  try {
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return await rejectOnAbort(Promise.race([outputOf(child), rejection(bound.signal)]), operation);
  } catch (error) {
    endGroup(child.pid);
    throw toError(error);
  } finally {
    clearTimeout(timer);
  }
}

function outputOf(child: ChildProcessWithoutNullStreams): Promise<Buffer> {
  const output: Buffer[] = [];
  let words = '';
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(Buffer.concat(output)) : reject(new PassFailure(words))));
  });
}

function rejection(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(timedOut())));
}

/** GnuPG is to fail where it would ask for a passphrase. */
function promptless(environment: PassProgram['environment']): PassProgram['environment'] {
  const { PASSWORD_STORE_GPG_OPTS: options = '' } = environment;
  return { ...environment, PASSWORD_STORE_GPG_OPTS: `${options} --pinentry-mode=error` };
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
