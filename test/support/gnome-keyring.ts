import { spawn } from 'node:child_process';
import { serviceName } from '../../src/adapters/secret-service/calls.ts';
import { waitUntilOwned } from './bus-name.ts';
import { missingProgram, missingSessionBus, type SessionBus, startSessionBus, waitForExit } from './session-bus.ts';

/** `none`: no collection exists yet. */
export type KeyringState = 'unlocked' | 'locked' | 'none';

/** A gnome-keyring for one test, on its own session bus. */
export interface GnomeKeyring {
  readonly bus: SessionBus;
  /** The complete environment of a program that uses it. */
  readonly environment: SessionBus['environment'];
  /** Stops the daemon with SIGSTOP, so that it never answers. */
  freeze(): void;
  thaw(): void;
  /** Ends the daemon, but not its bus. */
  end(): Promise<void>;
  /** Restarts the daemon with the same files. */
  restart(state: KeyringState): Promise<void>;
  /** Ends the daemon and its bus, and removes their files. */
  stop(): Promise<void>;
}

interface Daemon {
  kill(signal: NodeJS.Signals): boolean;
  readonly end: Promise<void>;
}

/** Returns why gnome-keyring can't run here. */
export function missing(): string | undefined {
  return missingSessionBus() ?? missingProgram('gnome-keyring-daemon');
}

export async function startGnomeKeyring(state: KeyringState): Promise<GnomeKeyring> {
  const bus = await startSessionBus();
  let daemon = await startDaemon(bus, state === 'locked' ? 'unlocked' : state);
  const keyring: GnomeKeyring = {
    bus,
    environment: bus.environment,
    freeze: () => void daemon.kill('SIGSTOP'),
    thaw: () => void daemon.kill('SIGCONT'),
    end: () => stopDaemon(daemon),
    async restart(next) {
      await stopDaemon(daemon);
      daemon = await startDaemon(bus, next);
    },
    async stop() {
      await stopDaemon(daemon);
      await bus.stop();
    },
  };
  if (state === 'locked') await keyring.restart('locked');
  return keyring;
}

async function startDaemon(bus: SessionBus, state: KeyringState): Promise<Daemon> {
  const unlock = state === 'unlocked' ? ['--unlock'] : [];
  const child = spawn('gnome-keyring-daemon', ['--foreground', '--components=secrets', ...unlock], {
    env: bus.environment,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const end = waitForExit(child);
  child.stdin.end('a password of the tests');
  // The daemon takes its name last, so `--unlock` is done too.
  await waitUntilOwned(bus, serviceName, child, end);
  return { kill: (signal) => child.kill(signal), end };
}

async function stopDaemon(daemon: Daemon): Promise<void> {
  daemon.kill('SIGCONT');
  daemon.kill('SIGTERM');
  await daemon.end;
}
