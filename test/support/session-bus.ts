import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseBusAddress } from '../../src/adapters/secret-service/dbus/address.ts';

/** A session bus for one test, in its own folder, with only the programs that the test starts. */
export interface SessionBus {
  readonly address: string;
  /** The socket that it listens at. */
  readonly socket: string;
  /** The complete environment of a program that uses this bus. It keeps all its files in the folder of the bus. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops the daemon with SIGSTOP, so that it never answers. `stop` ends it anyway. */
  freeze(): void;
  stop(): Promise<void>;
}

export interface SessionBusOptions {
  /** The services that the bus can start: command lines by bus name. None by default. */
  readonly services?: Readonly<Record<string, string>>;
  /** A bus name to which the policy denies all messages. */
  readonly denied?: string;
  /** A bus name that the policy lets nobody own. */
  readonly unownable?: string;
}

/** Returns why no session bus can be started here. */
export function missingSessionBus(): string | undefined {
  return missingProgram('dbus-daemon');
}

/** Returns why a program can't run here. */
export function missingProgram(program: string): string | undefined {
  const { error } = spawnSync(program, ['--version'], { stdio: 'ignore' });
  return error === undefined ? undefined : `${program} is not installed`;
}

export async function startSessionBus(options: SessionBusOptions = {}): Promise<SessionBus> {
  const folder = mkdtempSync(join(tmpdir(), 'keystow-bus-'));
  const home = createHome(folder);
  const config = join(folder, 'bus.conf');
  writeFileSync(config, formatConfig(folder, options));
  const daemon = spawn('dbus-daemon', [`--config-file=${config}`, '--nofork', '--print-address=1'], {
    env: home,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const end = waitForExit(daemon);
  const [line] = await Promise.race([once(daemon.stdout, 'data'), end.then(() => [''])]);
  const address = String(line).trim();
  if (address === '') throw new Error('dbus-daemon ended without printing an address');
  return {
    address,
    socket: parseBusAddress({ DBUS_SESSION_BUS_ADDRESS: address })[0] ?? '',
    environment: { ...home, DBUS_SESSION_BUS_ADDRESS: address },
    freeze() {
      daemon.kill('SIGSTOP');
    },
    async stop() {
      daemon.kill('SIGCONT');
      daemon.kill('SIGTERM');
      await end;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when the process has ended. Kills it if this process exits first. */
export function waitForExit(child: ChildProcess): Promise<void> {
  const kill = () => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  return new Promise((resolve) => {
    child.once('exit', () => {
      process.removeListener('exit', kill);
      resolve();
    });
  });
}

function createHome(folder: string): Record<string, string> {
  const runtime = join(folder, 'runtime');
  const { PATH = '' } = process.env;
  mkdirSync(runtime, { mode: 0o700 });
  return {
    PATH,
    HOME: folder,
    XDG_RUNTIME_DIR: runtime,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
  };
}

function formatConfig(folder: string, { services = {}, denied, unownable }: SessionBusOptions): string {
  const serviceFolder = join(folder, 'services');
  mkdirSync(serviceFolder);
  for (const [name, command] of Object.entries(services)) {
    writeFileSync(join(serviceFolder, `${name}.service`), `[D-BUS Service]\nName=${name}\nExec=${command}\n`);
  }
  const deny = [
    denied === undefined ? '' : `<deny send_destination="${denied}"/>`,
    unownable === undefined ? '' : `<deny own="${unownable}"/>`,
  ].join('');
  return `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir=${folder}</listen>
  <auth>EXTERNAL</auth>
  <limit name="max_completed_connections">100000</limit>
  <limit name="max_connections_per_user">100000</limit>
  <servicedir>${serviceFolder}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
    ${deny}
  </policy>
</busconfig>
`;
}
