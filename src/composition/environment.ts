import { fstatSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Settings } from '../app/settings.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type HostInfo, parseDistribution } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';

/**
 * The user's home folder. Checks the variable before `os.homedir()`, which would load another module. A user without an
 * account and without the variable → `invalid-setting`.
 */
export function findHomeFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const variable = process.platform === 'win32' ? environment.USERPROFILE : environment.HOME;
  if (variable) return variable;
  try {
    return process.getBuiltinModule('node:os').homedir();
  } catch (cause) {
    throw new CredentialError('invalid-setting', 'HOME is required: it is not set, and this user has no account', {
      hint: 'set HOME to a folder of this user, in a systemd unit with Environment=HOME=…',
      cause,
    });
  }
}

/** The current folder, or the home folder if the current one has been deleted. */
export function findCurrentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return findHomeFolder();
  }
}

/** The folder of the package: two levels up, both from src/composition and from every bundle in dist. */
export function findPackageFolder(): string {
  return resolve(import.meta.dirname, '../..');
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

/** Describes this machine. What only advice depends on is looked up when it's needed. */
export function createHostInfo({ program, variables }: Profile): HostInfo {
  const { platform } = process;
  return {
    platform,
    get distribution() {
      return parseDistribution(platform === 'linux' ? readOsRelease() : '');
    },
    program,
    get folder() {
      return findPackageFolder();
    },
    storageVariable: variables.storage,
    disableVariable: variables.disableKeyring,
  };
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

export interface EncryptedFileContext<Memory> {
  readonly profile: Profile;
  readonly settings: Settings;
  readonly placement: Memory;
  readonly home: string;
  notice(line: string): void;
}

/** What every reader of an application's encrypted file has to know. */
export function describeEncryptedFile<Memory>(context: EncryptedFileContext<Memory>) {
  const { profile, settings, placement, home, notice } = context;
  const { program, application = program } = profile;
  const { credentialsPath: path, keySource } = settings;
  return { path, home, application, program, keySource, memory: placement, notice };
}
