import { spawn, spawnSync } from 'node:child_process';
import { waitUntilOwned } from './bus-name.ts';
import { type SessionBus, waitForExit } from './session-bus.ts';

/** A graphical provider that runs on a test's bus, without a display. */
export interface ProviderProcess {
  /** Ends it: by `SIGTERM` it saves, by `SIGKILL` it asks nothing. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/** Why a graphical program cannot be run here. */
export function missingGraphical(program: string): string | undefined {
  const { error } = spawnSync(program, ['--version'], { env: hideDisplay(process.env), stdio: 'ignore' });
  return error === undefined ? undefined : `${program} is not installed`;
}

/** Starts a program, with `input` on its stdin; resolves when it owns `name` on the bus. */
export async function startProvider(
  bus: SessionBus,
  name: string,
  [program, ...args]: readonly [string, ...string[]],
  input = '',
): Promise<ProviderProcess> {
  const child = spawn(program, args, {
    // KeePassXC ends at once where another one of the user's has its lock in the same temporary folder.
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

/** The environment that Qt needs to do without a display. */
function hideDisplay(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...environment, QT_QPA_PLATFORM: 'offscreen' };
}
