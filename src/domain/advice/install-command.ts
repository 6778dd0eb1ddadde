import type { Distribution, Surroundings } from '../surroundings.ts';

const commands: Readonly<Record<Distribution, string>> = {
  debian: 'sudo apt install gnome-keyring libsecret-1-0',
  fedora: 'sudo dnf install gnome-keyring libsecret',
  arch: 'sudo pacman -S gnome-keyring libsecret',
  suse: 'sudo zypper install gnome-keyring libsecret-1-0',
  alpine: 'sudo apk add gnome-keyring libsecret',
  other: 'install the packages gnome-keyring and libsecret with the package manager of your distribution',
};

/** Installs a Secret Service that lasts. */
export function installCommand({ distribution }: Surroundings): string {
  return commands[distribution];
}
