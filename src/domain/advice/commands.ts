import { assertNever } from '../assert-never.ts';
import type { CredentialName } from '../credential-name.ts';
import { formatWindowsTarget, longEntries, toPassEntry, toWindowsEntry } from '../entry-names.ts';
import type { Distribution, HostInfo } from '../host-info.ts';
import type { Provider } from '../selection/probe-result.ts';
import type { StoreId } from '../store-id.ts';
import { quoteForShell, quoteForWindows } from '../text/escape.ts';

/** The command that installs `packages`, separated by spaces. Default: a Secret Service that keeps credentials. */
export function formatInstallCommand(
  { distribution }: HostInfo,
  packages = secretServicePackages[distribution] ?? 'gnome-keyring libsecret',
): string {
  const installer = installers[distribution];
  if (installer !== undefined) return `${installer} ${packages}`;
  return `install the packages ${packages.replaceAll(' ', ' and ')} with the package manager of your distribution`;
}

const installers: Readonly<Partial<Record<Distribution, string>>> = {
  debian: 'sudo apt install',
  fedora: 'sudo dnf install',
  arch: 'sudo pacman -S',
  suse: 'sudo zypper install',
  alpine: 'sudo apk add',
};

const secretServicePackages: Readonly<Partial<Record<Distribution, string>>> = {
  debian: 'gnome-keyring libsecret-1-0',
  suse: 'gnome-keyring libsecret-1-0',
};

/** How a program that keystow was bundled into makes the native binding available. */
export const bindingOptionFix =
  'build the program with the native binding: pass the module @napi-rs/keyring as the option binding of openCredentialStore (docs/bundling.md)';

/** The command that installs the native binding into the folder of the program's package, or what a bundled program has to do. */
export function formatBindingInstallCommand({ platform, folder }: HostInfo): string {
  if (folder === '') return bindingOptionFix;
  const prefix = platform === 'win32' ? quoteForWindows(folder) : quoteForShell(folder);
  return `npm install --prefix ${prefix} --omit=dev --include=optional --ignore-scripts --no-save`;
}

/**
 * The command that stops the program from using an OS keyring. On Windows it works in both shells, and takes effect in
 * windows opened afterwards.
 */
export function formatDisableCommand({ platform, disableVariable }: HostInfo): string {
  return platform === 'win32' ? `setx ${disableVariable} 1` : `export ${disableVariable}=1`;
}

/** Starts a session bus for the programs started from the same terminal. */
export const startBusCommand = 'export DBUS_SESSION_BUS_ADDRESS="$(dbus-daemon --session --fork --print-address)"';

/** Points to the bus that systemd starts for each user. */
export const ownBusCommand =
  'export XDG_RUNTIME_DIR="/run/user/$(id -u)" DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$(id -u)/bus"';

/** Reads a password without echo and passes it to the daemon, which replaces a running one. */
export const unlockGnomeKeyringCommand =
  '(stty -echo; IFS= read -r password; stty echo; printf %s "$password") | gnome-keyring-daemon --replace --unlock --components=secrets';

/** The program keeps running when the terminal is closed. */
const formatBackgroundCommand = (program: string) => `nohup ${program} >/dev/null 2>&1 &`;

export const startCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyringCommand,
  kwallet: formatBackgroundCommand('kwalletd5'),
  keepassxc: formatBackgroundCommand('keepassxc'),
};

/** Enables the Secret Service in the settings of a provider. */
export const enableCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyringCommand,
  kwallet: `kwriteconfig5 --file kwalletrc --group org.freedesktop.secrets --key apiEnabled true; pkill -x kwalletd5; ${formatBackgroundCommand('kwalletd5')}`,
  keepassxc:
    'in KeePassXC: Settings > Secret Service Integration > Enable KeePassXC Freedesktop.org Secret Service integration',
};

export const unlockCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyringCommand,
  kwallet:
    'dbus-send --session --print-reply --dest=org.kde.kwalletd5 /modules/kwalletd5 org.kde.KWallet.open string:kdewallet int64:0 string:keystow',
  // If KeePassXC is already running, this opens its window, which asks for the password of the database.
  keepassxc: 'keepassxc',
};

/** Continue a provider that was suspended. */
export const continueCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': 'pkill -CONT -x gnome-keyring-d',
  kwallet: "pkill -CONT '^(kwalletd|ksecretd)'",
  keepassxc: 'pkill -CONT -x keepassxc',
};

/**
 * Makes KeePassXC stop asking before each access. It reads its settings when it starts, writes them when it ends, and
 * uses the last value of a setting that is there twice.
 */
export const disableKeePassXCPromptsCommand = [
  'while pkill -x keepassxc; do sleep 1; done',
  `printf '[FdoSecrets]\\nConfirmAccessItem=false\\nConfirmDeleteItem=false\\n' >>"\${XDG_CONFIG_HOME:-$HOME/.config}/keepassxc/keepassxc.ini"`,
  formatBackgroundCommand('keepassxc'),
].join('; ');

export interface RemovalContext {
  /** `process.platform`. */
  readonly platform: string;
  /** The path of the encrypted file. */
  readonly path: string;
  /** The target that Windows lists the credential under, unless it is derived from the name. */
  readonly windowsTarget?: string | undefined;
}

/** The command that removes a credential from a store without keystow. For sh; on Windows, for both of its shells. */
export function formatRemovalCommand(store: StoreId, name: CredentialName, context: RemovalContext): string {
  const { service, account } = name;
  switch (store) {
    case 'keychain':
      return `security delete-generic-password -s ${quoteForShell(service)} -a ${quoteForShell(account)}`;
    case 'credential-manager': {
      const entry = toWindowsEntry(name);
      const target = context.windowsTarget ?? (entry && formatWindowsTarget(entry));
      return target === undefined
        ? 'control /name Microsoft.CredentialManager'
        : `cmdkey ${quoteForWindows(`/delete:${target}`)}`;
    }
    case 'secret-service':
      return `secret-tool clear service ${quoteForShell(service)} username ${quoteForShell(account)}`;
    case 'pass':
      return `pass rm -f ${quoteForShell(toPassEntry(name) ?? `${longEntries}/…`)}`;
    case 'file':
      return context.platform === 'win32'
        ? `del ${quoteForWindows(context.path)}`
        : `rm -f ${quoteForShell(context.path)}`;
    default:
      return assertNever(store);
  }
}
