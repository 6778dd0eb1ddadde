import type { Provider } from '../probe.ts';
import { installCommand } from './install-command.ts';
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

const start: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet: 'kwalletd5 &',
  keepassxc: 'keepassxc &',
};

const switchOn: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet:
    'kwriteconfig5 --file kwalletrc --group org.freedesktop.secrets --key apiEnabled true && { pkill -x kwalletd5; kwalletd5 & }',
  keepassxc:
    'in KeePassXC: Settings > Secret Service Integration > Enable KeePassXC Freedesktop.org Secret Service integration',
};

const unlock: Readonly<Record<Provider, string>> = {
  'gnome-keyring': unlockGnomeKeyring,
  kwallet:
    'dbus-send --session --print-reply --dest=org.kde.kwalletd5 /modules/kwalletd5 org.kde.KWallet.open string:kdewallet int64:0 string:keystow',
  keepassxc:
    'unlock the database in KeePassXC, and turn off Settings > Secret Service Integration > Confirm when passwords are retrieved by clients',
};

const restart: Readonly<Record<Provider, string>> = {
  'gnome-keyring': `pkill -KILL -x gnome-keyring-d; ${unlockGnomeKeyring}`,
  kwallet: 'pkill -KILL -x kwalletd5; kwalletd5 &',
  keepassxc: 'pkill -KILL -x keepassxc; keepassxc &',
};

export const secretServiceAdvice: AdviceTable = {
  'not-installed': ({ where }) => ({
    explanation: 'the session bus has no Secret Service, and none of GNOME Keyring, KWallet and KeePassXC is installed',
    fix: installCommand(where),
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
  locked: ({ evidence: { provider, dismissed } }) => ({
    explanation: `${name(provider)} is locked, and ${dismissed ? 'its prompt was dismissed' : 'nobody was asked to unlock it'}`,
    fix: unlock[provider ?? 'gnome-keyring'],
  }),
  'no-collection': ({ evidence: { provider } }) => ({
    explanation: `${name(provider)} has no default collection to keep credentials in`,
    ...((provider ?? 'gnome-keyring') === 'gnome-keyring' && { fix: unlockGnomeKeyring }),
  }),
  'timed-out': ({ evidence: { provider } }) => ({
    ...(provider && { explanation: `${name(provider)} did not answer in time`, fix: restart[provider] }),
  }),
  volatile: () => ({
    explanation: 'the default collection of the Secret Service lives in memory only (UntilLogout)',
    fix: unlockGnomeKeyring,
  }),
  ambiguous: () => ({
    fix: 'secret-tool search --all service SERVICE username ACCOUNT, then remove all but one',
  }),
};
