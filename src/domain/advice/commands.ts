import type { Distribution, HostInfo } from '../host-info.ts';

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
export function formatInstallCommand(
  { distribution }: HostInfo,
  packages = secretService[distribution] ?? 'gnome-keyring libsecret',
): string {
  const manager = managers[distribution];
  if (manager !== undefined) return `${manager} ${packages}`;
  return `install the packages ${packages.replaceAll(' ', ' and ')} with the package manager of your distribution`;
}

/** Starts a session bus for what is started from the same terminal. */
export const startBus = 'export DBUS_SESSION_BUS_ADDRESS="$(dbus-daemon --session --fork --print-address)"';

/** Has the program use no OS keyring. On Windows by a command of both its shells, for windows opened from then on. */
export function formatDisableCommand({ platform, disableVariable }: HostInfo): string {
  return platform === 'win32' ? `setx ${disableVariable} 1` : `export ${disableVariable}=1`;
}
