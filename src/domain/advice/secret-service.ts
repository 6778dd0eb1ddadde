import type { Provider } from '../selection/probe-result.ts';
import { formatInstallCommand, startBus } from './commands.ts';
import type { AdviceTable } from './table.ts';

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
