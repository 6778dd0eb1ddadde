import { existsSync, fstatSync, readFileSync, realpathSync } from 'node:fs';
import { posix, resolve, win32 } from 'node:path';
import type { Settings } from '../app/settings.ts';
import { type Elevation, type HostInfo, parseDistribution } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The user's home folder: the variable, in its shortest spelling, or the account's if the variable isn't an absolute path.
 * `''` for a user without an account. Checks the variable first, because the account would load another module.
 */
export function findHomeFolder(environment: Environment = process.env): string {
  const variable = getHomeVariable(environment);
  if (process.platform === 'win32') {
    if (isFullPath(variable)) return win32.normalize(variable).replace(/(?<!:)\\$/, '');
  } else if (variable?.startsWith('/')) {
    return /\/(\/|$|\.\.?(\/|$))/.test(variable) ? shortenPath(variable) : variable;
  }
  return findAccountHome();
}

/** Whether a Windows path has a drive or a server: `\\Users\\alice` is on the current drive. */
function isFullPath(path: string | undefined): path is string {
  return path !== undefined && /^([a-z]:)?[\\/]/i.test(path) && win32.parse(path).root.length > 1;
}

/** Behind a link, `..` is another folder than the text suggests. */
function shortenPath(path: string): string {
  try {
    if (path.split('/').includes('..')) return realpathSync.native(path);
  } catch {}
  return posix.resolve(path);
}

function findAccountHome(): string {
  try {
    return process.getBuiltinModule('node:os').userInfo().homedir;
  } catch {
    return '';
  }
}

function getHomeVariable(environment: Environment): string | undefined {
  return process.platform === 'win32' ? environment.USERPROFILE : environment.HOME;
}

/** Other paths that may be the home folder's: the variable as it's spelled, and the account's. */
export function listOtherHomes(environment: Environment = process.env): readonly string[] {
  return [getHomeVariable(environment) ?? '', findAccountHome()];
}

/** The current folder, or the home folder if the current one has been deleted. */
export function findCurrentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return findHomeFolder() || '/';
  }
}

/** Returns whether a descriptor is a terminal. Doesn't create a stream, as `process.stdin.isTTY` would (4 ms). */
export function isTerminal(descriptor: 0 | 1 | 2): boolean {
  try {
    // A Windows console can't be inspected with fstat.
    if (process.platform !== 'win32' && !fstatSync(descriptor).isCharacterDevice()) return false;
  } catch {
    return false;
  }
  return process.getBuiltinModule('node:tty').isatty(descriptor);
}

export interface EncryptedFileContext<Memory> {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly placement: Memory;
  readonly home: string;
  readonly environment: Environment;
  notice(line: string): void;
}

/** What every reader of an application's encrypted file has to know. */
export function describeEncryptedFile<Memory>(context: EncryptedFileContext<Memory>) {
  const { profile, settings, placement, home, environment, notice } = context;
  const { program, application = program, command = program } = profile;
  const { credentialsPath: path, keySource } = settings;
  const otherHomes = () => listOtherHomes(environment);
  return { path, home, otherHomes, application, program, command, keySource, memory: placement, notice };
}

/** How many characters a line on stdout can have: without a terminal, any number. */
export function findOutputWidth(): number {
  return isTerminal(1) ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY;
}

/**
 * Describes this machine. What only advice depends on is looked up when it's needed. `findFolder`: returns the folder of the
 * package, unless keystow is bundled.
 */
export function createHostInfo(
  { program, command, variables, setInCode }: Profile,
  findFolder: () => string | undefined = () => undefined,
): HostInfo {
  const { platform } = process;
  return {
    platform,
    get distribution() {
      return parseDistribution(platform === 'linux' ? readOsRelease() : '');
    },
    program,
    get folder() {
      return findFolder() ?? '';
    },
    storageVariable: variables.storage,
    disableVariable: variables.disableKeyring,
    ...(command !== undefined && { command }),
    ...(setInCode && { setInCode }),
    get elevation() {
      return findElevation();
    },
  };
}

/** Many containers and some distributions have no sudo. */
function findElevation(): Elevation {
  if (process.geteuid?.() === 0) return 'none';
  const folders = ['/usr/bin', '/bin', '/usr/local/bin', '/run/wrappers/bin'];
  return (['sudo', 'doas'] as const).find((name) => folders.some((folder) => existsSync(`${folder}/${name}`))) ?? 'su';
}

/** Returns the text of os-release(5) from the first of its two locations that can be read, or '' if none can. */
function readOsRelease(): string {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    try {
      return readFileSync(path, 'utf8');
    } catch {}
  }
  return '';
}

/** The folder of the package, for its programs: two levels up, both from src/composition and from every program in dist. */
export function findPackageFolder(): string {
  return resolve(import.meta.dirname, '../..');
}
