import type { Distribution, Surroundings } from '../surroundings.ts';

const managers: Readonly<Partial<Record<Distribution, string>>> = {
  debian: 'sudo apt install',
  fedora: 'sudo dnf install',
  arch: 'sudo pacman -S',
  suse: 'sudo zypper install',
  alpine: 'sudo apk add',
};

/** A Secret Service that lasts, and the library that other programs use it by. */
const secretService: Readonly<Partial<Record<Distribution, string>>> = {
  debian: 'gnome-keyring libsecret-1-0',
  suse: 'gnome-keyring libsecret-1-0',
};

/** Installs `packages`, separated by blanks. A Secret Service that lasts, where absent. */
export function installCommand(
  { distribution }: Surroundings,
  packages = secretService[distribution] ?? 'gnome-keyring libsecret',
): string {
  const manager = managers[distribution];
  if (manager !== undefined) return `${manager} ${packages}`;
  return `install the packages ${packages.replaceAll(' ', ' and ')} with the package manager of your distribution`;
}
