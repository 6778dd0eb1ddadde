import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Elevation, type HostInfo, parseDistribution } from '../domain/host-info.ts';
import type { Profile } from '../domain/profile.ts';

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
