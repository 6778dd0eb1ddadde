/** Families of Linux distributions that share a package manager. */
export const distributions = ['debian', 'fedora', 'arch', 'suse', 'alpine', 'other'] as const;

export type Distribution = (typeof distributions)[number];

/** The values of `process.platform`. */
export const platforms = [
  'aix',
  'android',
  'cygwin',
  'darwin',
  'freebsd',
  'haiku',
  'linux',
  'netbsd',
  'openbsd',
  'sunos',
  'win32',
] as const;

/** The machine and the program, as far as advice depends on them. */
export interface HostInfo {
  /** `process.platform`. */
  readonly platform: string;
  readonly distribution: Distribution;
  /** The command as users type it. */
  readonly program: string;
  /** The folder of the program's package, or `''` if keystow is part of a bundle. */
  readonly folder: string;
  /** The environment variable for the preference. */
  readonly storageVariable: string;
  /** The environment variable that disables the OS keyring. */
  readonly disableVariable: string;
  /** The command that has keystow's own commands, if the program has none of them. */
  readonly command?: string;
  /** The settings that the program made in code, and that no variable of the user's replaces. */
  readonly setInCode?: readonly ('storage' | 'disableKeyring' | 'usePass')[];
  /** How this user becomes root. Default: `sudo`. */
  readonly elevation?: Elevation;
}

/** Programs that run a command as root; `none`: the user is root. */
export const elevations = ['none', 'sudo', 'doas', 'su'] as const;

export type Elevation = (typeof elevations)[number];

const families: ReadonlyMap<string, Distribution> = new Map([
  ['debian', 'debian'],
  ['ubuntu', 'debian'],
  ['fedora', 'fedora'],
  ['rhel', 'fedora'],
  ['centos', 'fedora'],
  ['arch', 'arch'],
  ['suse', 'suse'],
  ['opensuse', 'suse'],
  ['alpine', 'alpine'],
]);

/** Finds the first known family in `ID`, then `ID_LIKE`, of `/etc/os-release` (os-release(5)). */
export function parseDistribution(osRelease: string): Distribution {
  const field = (key: string) =>
    new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ??
    // Stryker disable next-line StringLiteral: any text that isn't a family will do
    '';
  const ids = [field('ID'), ...field('ID_LIKE').split(' ')];
  return ids.map((id) => families.get(id.replace(/-.*/, ''))).find((family) => family !== undefined) ?? 'other';
}
