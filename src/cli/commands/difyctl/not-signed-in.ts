import { CredentialError } from '../../../domain/credential-error.ts';

export function notSignedIn(host: string | undefined, what = 'nobody is signed in'): CredentialError {
  return new CredentialError('not-signed-in', host ? `${what} at ${host}` : what, {
    hint: `run: difyctl auth login${host ? ` --host ${host}` : ''}`,
  });
}
