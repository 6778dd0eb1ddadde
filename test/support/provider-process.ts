import { spawn, spawnSync } from 'node:child_process';
import { waitUntilOwned } from './bus-name.ts';
import { type SessionBus, waitForExit } from './session-bus.ts';

/** A graphical provider that runs without a display, on the bus of a test. */
export interface ProviderProcess {
  /** Ends it. With `SIGTERM` it saves first; with `SIGKILL` it doesn't. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Returns why a graphical program can't run here. */
export function missingGraphical(program: string): string | undefined {
  const { error } = spawnSync(program, ['--version'], { env: hideDisplay(process.env), stdio: 'ignore' });
  return error === undefined ? undefined : `${program} is not installed`;
}

/** Starts a program with `input` on stdin. Resolves when it owns `name` on the bus. */
export async function startProvider(
  bus: SessionBus,
  name: string,
  [program, ...args]: readonly [string, ...string[]],
  input = '',
): Promise<ProviderProcess> {
  const child = spawn(program, args, {
    // KeePassXC exits if another one of the same user has its lock in the temporary folder.
    env: { ...hideDisplay(bus.environment), TMPDIR: bus.environment.HOME },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const end = waitForExit(child);
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  await waitUntilOwned(bus, name, child, end);
  return {
    async end(signal) {
      child.kill(signal);
      await end;
    },
  };
}

/** Returns an environment in which Qt works without a display. */
function hideDisplay(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, QT_QPA_PLATFORM: 'offscreen' };
}
