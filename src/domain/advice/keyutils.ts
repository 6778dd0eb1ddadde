import { installCommand } from './install-command.ts';
import type { AdviceTable } from './table.ts';

/** The kernel's keyring is never taken: every fix is to install a store that lasts. */
export const keyutilsAdvice: AdviceTable = {
  volatile: ({ where }) => ({
    explanation:
      'Detected a volatile (UntilReboot) keyring backend: the Linux kernel keyring, which forgets everything at reboot',
    fix: installCommand(where),
  }),
  'not-installed': ({ where }) => ({
    explanation: 'the Linux kernel keyring is not available here, and would forget everything at reboot if it were',
    fix: installCommand(where),
  }),
};
