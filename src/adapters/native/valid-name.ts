import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';

/** Whether keystow can have written a credential of this name: other programs' may have any. */
export function isValidName({ service, account }: CredentialName): boolean {
  try {
    toCredentialName(service, account);
    return true;
  } catch {
    return false;
  }
}
