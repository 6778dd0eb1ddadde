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

/** What shows whether somebody sits in front of a process. */
export interface ProcessSurroundings {
  /** `process.platform`. */
  readonly platform: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether the process has a terminal. */
  readonly terminal: boolean;
}

/**
 * Whether somebody can probably answer a prompt or a dialog. Nobody can in CI; somebody can at a terminal. Without one, it
 * depends on the platform:
 *
 * - macOS: yes, unless it's a session of SSH. A program with windows has no terminal. If there's nobody, as for a daemon,
 *   the Keychain shows no dialog but returns errSecInteractionNotAllowed
 * - Windows: no. Its store has no dialogs
 * - others: if there's a display
 */
export function isInteractive(surroundings: ProcessSurroundings): boolean {
  const { platform, environment } = surroundings;
  const isSet = (name: string) => Boolean(environment[name]);
  if (isOn(environment.CI)) return false;
  if (surroundings.terminal) return true;
  if (platform === 'darwin') return !['SSH_CONNECTION', 'SSH_CLIENT', 'SSH_TTY'].some(isSet);
  return platform !== 'win32' && ['DISPLAY', 'WAYLAND_DISPLAY'].some(isSet);
}

/**
 * Whether a store may show a dialog, and wait for the answer without a limit. `allowed`: `true` from a program that knows
 * that it has a user, and `auto` to go by {@link isInteractive}.
 */
export function mayShowDialog(allowed: boolean | 'auto', surroundings: ProcessSurroundings): boolean {
  // The calls to Windows' store keep their limit: no dialog can be the reason that one takes long.
  if (allowed === false || surroundings.platform === 'win32' || isOn(surroundings.environment.CI)) return false;
  return allowed === true || isInteractive(surroundings);
}

/** Whether a variable is on. Off: unset, empty, `0`, `false`, `no` or `off`. Anything else is on. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && !/^(|0|false|no|off)$/i.test(value.trim());
}
