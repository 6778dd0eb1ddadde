import { lstatSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** The environment variables that say where the session bus and the programs of the Secret Service are. */
export interface SessionEnvironment {
  readonly DBUS_SESSION_BUS_ADDRESS?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly PATH?: string | undefined;
  readonly HOME?: string | undefined;
  readonly XDG_DATA_HOME?: string | undefined;
}

/**
 * Returns the sockets where the session bus may listen, in the order to try them. A leading NUL marks an abstract socket.
 * D-Bus specification, "Server Addresses". Without an address, it's the bus in the runtime directory, set up by systemd.
 * A runtime directory that isn't absolute is ignored (XDG Base Directory Specification).
 */
export function parseBusAddress(environment: SessionEnvironment): string[] {
  const runtimeDir = environment.XDG_RUNTIME_DIR;
  const inRuntimeDir = runtimeDir?.startsWith('/') ? [`${runtimeDir}/bus`] : [];
  const address = environment.DBUS_SESSION_BUS_ADDRESS;
  return address ? address.split(';').flatMap((entry) => parseSocket(entry) ?? inRuntimeDir) : inRuntimeDir;
}

/** Parses one address. Returns no socket for another transport, and `undefined` for the bus in the runtime directory. */
function parseSocket(entry: string): string[] | undefined {
  if (!entry.startsWith('unix:')) return [];
  for (const pair of entry.slice('unix:'.length).split(',')) {
    const [key, ...parts] = pair.split('=');
    const value = decodePercent(parts.join('='));
    if (value === '') continue;
    if (key === 'runtime' && value === 'yes') return undefined;
    if (key === 'path') return [value];
    if (key === 'abstract') return [`\0${value}`];
  }
  return [];
}

/** The escaped bytes are UTF-8. */
function decodePercent(text: string): string {
  const bytes = Buffer.from(text)
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}

/**
 * Returns whether a socket and its folder certainly belong to the user or to root, and nobody else can put another socket in
 * its place. An abstract socket (a leading NUL) has no owner that could be examined, so it always passes.
 */
export function isSocketSafe(path: string): boolean {
  if (path.startsWith('\0')) return true;
  try {
    return isOwn(lstatSync(path), 'socket') && isOwn(statSync(dirname(path)), 'folder');
  } catch {
    return false;
  }
}

/** In a shared (sticky) folder, nobody can replace another user's socket. A folder that a group can write to needs a closer look. */
function isOwn(stats: Stats, kind: 'socket' | 'folder'): boolean {
  const { uid, mode } = stats;
  if (uid !== process.geteuid?.() && uid !== 0) return false;
  return kind === 'socket' ? !stats.isSymbolicLink() : (mode & 0o022) === 0 || (mode & 0o1000) !== 0;
}
