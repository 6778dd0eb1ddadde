import { CredentialError } from '../../../domain/credential-error.ts';

export function notSignedIn(): CredentialError {
  return new CredentialError('not-signed-in', 'nobody is signed in', {
    hint: 'run: jsm login, or: jsm auth set-key -',
  });
}
