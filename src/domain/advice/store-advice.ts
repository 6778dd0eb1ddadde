import type { HostInfo } from '../host-info.ts';
import type { Evidence, Provider, Reason } from '../selection/probe-result.ts';
import { formatInstallCommand, startBus } from './commands.ts';

/** Why a store was passed over, and what to do about it. */
export interface Advice {
  /** What was seen. One line. */
  readonly explanation: string;
  /** What makes the store usable, ready to paste where a command can do it. One line. */
  readonly fix: string;
}

/** What is known when advice is asked for. */
export interface AdviceContext {
  readonly host: HostInfo;
  readonly evidence: Evidence;
}

/** What one store knows better than the general advice. */
export type AdviceTable = Readonly<Partial<Record<Reason, (about: AdviceContext) => Partial<Advice>>>>;

export const keychainAdvice: AdviceTable = {
  locked: () => ({
    explanation: 'the Keychain is locked and may not ask here, as in an SSH session (errSecInteractionNotAllowed)',
    fix: 'security unlock-keychain',
  }),
  denied: ({ host: { program } }) => ({
    fix: `open Keychain Access, search for ${program}, and allow access again or delete the entry`,
  }),
  'no-collection': () => ({
    explanation: 'this user has no default keychain',
    fix: 'security create-keychain login.keychain && security default-keychain -s login.keychain',
  }),
  'timed-out': () => ({
    fix: 'answer the dialog that the Keychain shows, or: security unlock-keychain',
  }),
};

export const credentialManagerAdvice: AdviceTable = {
  denied: () => ({
    explanation:
      'the Credential Manager is closed to this logon session, as over SSH or in some services (ERROR_NO_SUCH_LOGON_SESSION)',
    fix: 'run it from a session signed in with a password or on the desktop',
  }),
  'not-running': () => ({ fix: 'Start-Service VaultSvc' }),
};

/** The kernel's keyring is never taken: every fix is to install a store that lasts. */
export const keyutilsAdvice: AdviceTable = {
  volatile: ({ host }) => ({
    explanation:
      'Detected a volatile (UntilReboot) keyring backend: the Linux kernel keyring, which forgets everything at reboot',
    fix: formatInstallCommand(host),
  }),
  'not-installed': ({ host }) => ({
    explanation: 'the Linux kernel keyring is not available here, and would forget everything at reboot if it were',
    fix: formatInstallCommand(host),
  }),
};

/** Where pass(1) keeps it, unless told otherwise. */
const folder = '~/.password-store';

export const passAdvice: AdviceTable = {
  'not-installed': ({ host }) => ({
    explanation: 'pass is not installed',
    fix: formatInstallCommand(host, 'pass gnupg'),
  }),
  locked: () => ({
    explanation:
      'the key of the password store is locked, or not on this machine, and nobody was asked for its passphrase',
    fix: `gpg --decrypt "$(find ${folder} -name '*.gpg' -print -quit)" >/dev/null`,
  }),
  'no-collection': () => ({
    explanation: 'pass has no password store, or no key to write to it for',
    fix: 'gpg --quick-generate-key "$USER" && pass init "$USER"',
  }),
};

/** Reads a password without echo and gives it to the daemon, which takes over from a running one. */
const unlockGnomeKeyring =
  '(stty -echo; IFS= read -r password; stty echo; printf %s "$password") | gnome-keyring-daemon --replace --unlock --components=secrets';

const names: Readonly<Record<Provider, string>> = {
  'gnome-keyring': 'GNOME Keyring',
  kwallet: 'KWallet',
  keepassxc: 'KeePassXC',
};

const name = (provider: Provider | undefined) => (provider === undefined ? 'the Secret Service' : names[provider]);

/** It outlives the terminal that it is started from. */
const background = (program: string) => `nohup ${program} >/dev/null 2>&1 &`;

const start: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet: background('kwalletd5'),
  keepassxc: background('keepassxc'),
};

const switchOn: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet: `kwriteconfig5 --file kwalletrc --group org.freedesktop.secrets --key apiEnabled true; pkill -x kwalletd5; ${background('kwalletd5')}`,
  keepassxc:
    'in KeePassXC: Settings > Secret Service Integration > Enable KeePassXC Freedesktop.org Secret Service integration',
};

const unlock: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet:
    'dbus-send --session --print-reply --dest=org.kde.kwalletd5 /modules/kwalletd5 org.kde.KWallet.open string:kdewallet int64:0 string:keystow',
  // One that runs brings its window up, which asks for the database's password.
  keepassxc: 'keepassxc',
};

/** KeePassXC reads its settings when it starts. Asked to end it saves, and perhaps asks; of a setting given twice the last counts. */
const stopAsking = [
  'while pkill -x keepassxc; do sleep 1; done',
  `printf '[FdoSecrets]\\nConfirmAccessItem=false\\nConfirmDeleteItem=false\\n' >>"\${XDG_CONFIG_HOME:-$HOME/.config}/keepassxc/keepassxc.ini"`,
  background('keepassxc'),
].join('; ');

const restart: Readonly<Record<Provider, string>> = {
  'gnome-keyring': `pkill -KILL -x gnome-keyring-d; ${unlockGnomeKeyring}`,
  kwallet: `pkill -KILL -x kwalletd5; ${background('kwalletd5')}`,
  keepassxc: `pkill -KILL -x keepassxc; ${background('keepassxc')}`,
};

export const secretServiceAdvice: AdviceTable = {
  'no-session-bus': ({ host, evidence: { busMissing } }) => ({
    ...(busMissing && {
      explanation: 'the Secret Service needs a D-Bus session bus, and there is none, nor a program that starts one',
      fix: formatInstallCommand(host),
    }),
  }),
  'not-installed': ({ host }) => ({
    explanation: 'the session bus has no Secret Service, and none of GNOME Keyring, KWallet and KeePassXC is installed',
    fix: formatInstallCommand(host),
  }),
  'not-running': ({ evidence: { provider, switchedOff } }) => {
    if (provider === undefined) return { fix: start['gnome-keyring'] };
    return switchedOff
      ? {
          explanation: `${name(provider)} is running, but its Secret Service is switched off`,
          fix: switchOn[provider],
        }
      : { explanation: `${name(provider)} is installed but not running`, fix: start[provider] };
  },
  locked: ({ evidence: { provider, asksEachTime, dismissed } }) =>
    asksEachTime
      ? { explanation: `${name(provider)} asks before each access, and nobody was asked`, fix: stopAsking }
      : {
          explanation: `${name(provider)} is locked, and ${dismissed ? 'its prompt was dismissed' : 'nobody was asked to unlock it'}`,
          fix: unlock[provider ?? 'gnome-keyring'],
        },
  'no-collection': ({ evidence: { provider } }) => ({
    explanation: `${name(provider)} has no default collection to keep credentials in`,
    ...((provider ?? 'gnome-keyring') === 'gnome-keyring' && { fix: unlockGnomeKeyring }),
  }),
  'timed-out': ({ evidence: { provider, busSilent } }) => ({
    ...(busSilent && { explanation: 'the D-Bus session bus did not answer in time', fix: startBus }),
    ...(provider && { explanation: `${name(provider)} did not answer in time`, fix: restart[provider] }),
  }),
  volatile: () => ({
    explanation: 'the default collection of the Secret Service lives in memory only (UntilLogout)',
    fix: unlockGnomeKeyring,
  }),
  ambiguous: () => ({
    fix: 'secret-tool search --all service SERVICE, then remove all but one',
  }),
};
