import { formatInstallCommand } from './commands.ts';
import type { AdviceTable } from './table.ts';

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
