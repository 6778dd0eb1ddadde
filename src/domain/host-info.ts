/** Families of Linux distributions that install software in the same way. */
export const distributions = ['debian', 'fedora', 'arch', 'suse', 'alpine', 'other'] as const;

export type Distribution = (typeof distributions)[number];

/** Where the program runs, as far as advice depends on it. */
export interface HostInfo {
  /** As `process.platform` names it. */
  readonly platform: string;
  readonly distribution: Distribution;
  /** The program that is asked for advice, as it is typed. */
  readonly program: string;
  /** The folder of the package that the program is from. */
  readonly folder: string;
  /** The environment variable that says what the user prefers. */
  readonly storageVariable: string;
  /** The environment variable that switches the OS keyring off. */
  readonly disableVariable: string;
}

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

/** Reads the text of `/etc/os-release` (os-release(5)): the first family that `ID`, then `ID_LIKE`, name. */
export function parseDistribution(osRelease: string): Distribution {
  const field = (key: string) =>
    new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(osRelease)?.[1] ??
    // Stryker disable next-line StringLiteral: any text that isn't a family will do
    '';
  const ids = [field('ID'), ...field('ID_LIKE').split(' ')];
  return ids.map((id) => families.get(id.replace(/-.*/, ''))).find((family) => family !== undefined) ?? 'other';
}
