import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { Child } from '../../ports/run-child.ts';
import { forwardSignals } from './forward-signals.ts';
import { toError } from './to-error.ts';

/** The one {@link RunChild}. */
export async function runChild(child: Child): Promise<number> {
  const { command, args, variables } = child;
  const stopForwarding: (() => void)[] = [];
  try {
    const running = spawn(command, args, { stdio: 'inherit', env: environmentWith(variables) });
    stopForwarding.push(forwardSignals(running));
    return await endOf(running);
  } catch (error) {
    throw toError(error, command);
  } finally {
    for (const stop of stopForwarding) stop();
  }
}

function endOf(running: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    running.once('error', reject);
    running.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}

/** Windows, where names differ in more than case, would take whichever of two spellings comes first. */
function environmentWith(variables: Child['variables']): NodeJS.ProcessEnv {
  const spelling = (name: string) => (process.platform === 'win32' ? name.toUpperCase() : name);
  const set = new Set(Object.keys(variables).map(spelling));
  const inherited = Object.entries(process.env).filter(([name]) => !set.has(spelling(name)));
  return { ...Object.fromEntries(inherited), ...variables };
}
