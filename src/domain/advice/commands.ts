import type { CredentialName } from '../credential-name.ts';
import { formatWindowsTarget, longEntries, toPassEntry, toWindowsEntry } from '../entry-names.ts';
import type { Distribution, HostInfo } from '../host-info.ts';
import type { Provider } from '../selection/probe-result.ts';
import type { StoreId } from '../store-id.ts';
import { assertNever } from '../text/messages.ts';
import { quoteForShell, quoteForWindows } from '../text/quote.ts';

/** The command that installs some packages with the package manager of the host. */
export function formatInstallCommand(
  { platform, distribution, elevation = 'sudo' }: HostInfo,
  what: keyof typeof packages = 'secret-service',
): string {
  const names = (packages[what] as PackageNames)[distribution] ?? packages[what].other;
  if (platform === 'darwin') return `brew install ${names}`;
  const installer = installers[distribution];
  if (installer === undefined)
    return `install the packages ${names.replaceAll(' ', ' and ')} with the package manager of your distribution`;
  const command = `${installer} ${names}`;
  if (elevation === 'none') return command;
  return elevation === 'su' ? `su -c '${command}'` : `${elevation} ${command}`;
}

const installers: Readonly<Partial<Record<Distribution, string>>> = {
  debian: 'apt install',
  fedora: 'dnf install',
  arch: 'pacman -S',
  suse: 'zypper install',
  alpine: 'apk add',
};

type PackageNames = Readonly<Partial<Record<Distribution, string>> & { other: string }>;

const packages = {
  /** A Secret Service that keeps credentials. */
  'secret-service': {
    debian: 'gnome-keyring libsecret-1-0',
    suse: 'gnome-keyring libsecret-1-0',
    other: 'gnome-keyring libsecret',
  },
  pass: { fedora: 'pass gnupg2', suse: 'password-store gpg2', other: 'pass gnupg' },
  /** Starts a session bus. */
  bus: { fedora: 'dbus-daemon', suse: 'dbus-1', other: 'dbus' },
} as const satisfies Readonly<Record<string, PackageNames>>;

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
 * What to do without a session bus. Never to start one: another one may be running, with a keyring on the same files, at an
 * address that this process doesn't know.
 */
export const findBusFix = 'run it in a terminal of the desktop, or set DBUS_SESSION_BUS_ADDRESS to what it is there';

/**
 * Adds the Secret Service to a daemon that is running, or starts one; never replaces one. The guide of jsm prescribes it. The
 * keyring stays locked.
 */
const startGnomeKeyringCommand = 'eval "$(gnome-keyring-daemon --start --components=secrets)"';

/** Unlocks, or creates, the login keyring of a daemon that is running, without replacing it. */
export function formatUnlockCommand({ program, command = program }: HostInfo): string {
  return `${command} unlock`;
}

/** The program keeps running when the terminal is closed. */
const formatBackgroundCommand = (program: string) => `nohup ${program} >/dev/null 2>&1 &`;

/** The daemon of Plasma 6.4 and later, of Plasma 6, and of Plasma 5. */
const startKWalletCommand = formatBackgroundCommand(
  '"$(command -v ksecretd || command -v kwalletd6 || command -v kwalletd5)"',
);

export const startCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': startGnomeKeyringCommand,
  kwallet: startKWalletCommand,
  keepassxc: formatBackgroundCommand('keepassxc'),
};

/** Enables the Secret Service in the settings of a provider. */
export const enableCommands: Readonly<Record<Provider, string>> = {
  'gnome-keyring': startGnomeKeyringCommand,
  kwallet: `"$(command -v kwriteconfig6 || command -v kwriteconfig5)" --file kwalletrc --group org.freedesktop.secrets --key apiEnabled true; pkill -x 'kwalletd[56]|ksecretd'; ${startKWalletCommand}`,
  keepassxc:
    'in KeePassXC: Settings > Secret Service Integration > Enable KeePassXC Freedesktop.org Secret Service integration',
};

export const unlockCommands: Readonly<Record<Exclude<Provider, 'gnome-keyring'>, string>> = {
  kwallet:
    'for version in 6 5; do dbus-send --session --print-reply --dest=org.kde.kwalletd$version /modules/kwalletd$version org.kde.KWallet.open string:kdewallet int64:0 string:keystow && break; done',
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
    case 'custom':
      throw new Error('no program with a custom store signs in');
    case 'file':
      return context.platform === 'win32'
        ? `del ${quoteForWindows(context.path)}`
        : `rm -f ${quoteForShell(context.path)}`;
    default:
      return assertNever(store);
  }
}
