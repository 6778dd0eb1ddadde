import type { AdviceTable } from './table.ts';

export const keychainAdvice: AdviceTable = {
  locked: () => ({
    explanation: 'the Keychain is locked and may not ask here, as in an SSH session (errSecInteractionNotAllowed)',
    fix: 'security unlock-keychain',
  }),
  denied: ({ where: { program } }) => ({
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
