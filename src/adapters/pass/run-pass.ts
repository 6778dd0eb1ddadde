import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Interaction } from '../../ports/interaction.ts';
import { rejectOnAbort } from '../files/abort.ts';
import { type Activity, findDescendants, findGnuPgServers, watchProcesses } from '../keyrings/process-activity.ts';
import { SilenceTimer } from '../keyrings/silence-timer.ts';
import { maxWorkingLimits, timers } from '../process/timers.ts';
import { PassFailure, timeoutError, toError } from './to-error.ts';

export interface PassProgram {
  /** `PATH`, `HOME`, and the variables of pass and GnuPG: `PASSWORD_STORE_…`, `GNUPGHOME`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly interaction: Interaction;
  /** How long a call may do nothing if nobody can answer GnuPG's dialogs. Default: 2,500. */
  readonly timeoutMs?: number;
}

const defaultTimeoutMs = 2_500;

/** A call that takes longer is probably waiting for the user. */
const noticeDelayMs = 1_000;

/** Runs `pass ARGS…` with `input` as its stdin. Resolves with its stdout, or rejects with the errors of `to-error.ts`. */
export async function runPass(
  { environment, interaction, timeoutMs = defaultTimeoutMs }: PassProgram,
  args: readonly string[],
  input: Uint8Array,
  operation: OperationOptions | undefined,
): Promise<Buffer> {
  const { interactive } = interaction;
  // In a process group of its own, so that GnuPG can be killed together with pass.
  const child = spawn('pass', args, {
    env: { ...addGpgOption(environment, interactive ? reportPrompts : neverPrompt), LC_ALL: 'C.UTF-8' },
    detached: true,
  });
  const timeout = new AbortController();
  const stopTimer = interactive
    ? notifyAfterDelay(interaction)
    : limitSilence(timeoutMs, child, environment, () => timeout.abort());
  try {
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    return await rejectOnAbort(Promise.race([collectOutput(child), rejectOnTimeout(timeout.signal)]), operation);
  } catch (error) {
    killGroup(child.pid);
    throw toError(error);
  } finally {
    stopTimer();
  }
}

/** Returns a function that stops it. */
function notifyAfterDelay(interaction: Interaction): () => void {
  const timer = timers.setTimeout(() => interaction.notifyWaiting('password store'), noticeDelayMs);
  return () => timers.clearTimeout(timer);
}

/** Calls `end` after a limit in which pass and GnuPG have neither printed nor done anything. Returns a function that stops it. */
function limitSilence(
  timeoutMs: number,
  { pid, stdout, stderr }: ChildProcessWithoutNullStreams,
  { GNUPGHOME, HOME }: PassProgram['environment'],
  end: () => void,
): () => void {
  let getActivity: (() => Activity) | undefined;
  let workingLimits = 0;
  const findAll = () => [...(pid ? findDescendants(pid) : []), ...findGnuPgServers(GNUPGHOME ?? `${HOME}/.gnupg`)];
  const timer = new SilenceTimer(timeoutMs, {
    onHalf() {
      getActivity = watchProcesses(findAll);
    },
    onLimit() {
      workingLimits += 1;
      if (getActivity?.() === 'working' && workingLimits < maxWorkingLimits) timer.restart();
      else end();
    },
  });
  for (const output of [stdout, stderr]) output.on('data', () => timer.restart());
  return () => timer.pause();
}

function collectOutput(child: ChildProcessWithoutNullStreams): Promise<Buffer> {
  const stdout: Buffer[] = [];
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(Buffer.concat(stdout)) : reject(new PassFailure(stderr))));
  });
}

function rejectOnTimeout(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(timeoutError())));
}

/** Makes GnuPG fail instead of asking for a passphrase. */
const neverPrompt = '--pinentry-mode=error';

/** Makes GnuPG report on stderr, among other things, that it asks for a passphrase. */
const reportPrompts = '--status-fd=2';

function addGpgOption(environment: PassProgram['environment'], option: string): PassProgram['environment'] {
  const { PASSWORD_STORE_GPG_OPTS: options = '' } = environment;
  return { ...environment, PASSWORD_STORE_GPG_OPTS: `${options} ${option}` };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The group has already ended.
  }
}
