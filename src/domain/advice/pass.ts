import { installCommand } from './install-command.ts';
import type { AdviceTable } from './table.ts';

/** Where pass(1) keeps it, unless told otherwise. */
const folder = '~/.password-store';

export const passAdvice: AdviceTable = {
  'not-installed': ({ where }) => ({ explanation: 'pass is not installed', fix: installCommand(where, 'pass gnupg') }),
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
