import type { AdviceTable } from './table.ts';

export const credentialManagerAdvice: AdviceTable = {
  denied: () => ({
    explanation:
      'the Credential Manager is closed to this logon session, as over SSH or in some services (ERROR_NO_SUCH_LOGON_SESSION)',
    fix: 'run it from a session signed in with a password or on the desktop',
  }),
  'not-running': () => ({ fix: 'Start-Service VaultSvc' }),
};
