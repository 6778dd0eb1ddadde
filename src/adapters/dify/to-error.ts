import { CredentialError } from '../../domain/credential-error.ts';

/*
 * None of these has a cause: what fetch throws can hold parts of an answer, and JSON.parse quotes what it was given.
 */

/** `fault` continues the name of the host: "answers 503". */
export function unreachable(host: string, fault: string, hint?: string): CredentialError {
  return new CredentialError('sign-in-unreachable', `${host} ${fault}`, hint === undefined ? {} : { hint });
}

export function noDeviceSignIn(host: string): CredentialError {
  return new CredentialError('sign-in-refused', `${host}: this host has no device sign-in`, {
    hint: 'check the name of the host, and that its Dify is recent enough to have one',
  });
}

export function denied(host: string): CredentialError {
  return new CredentialError('sign-in-refused', `the sign-in was refused at ${host}`);
}

export function expired(host: string): CredentialError {
  return new CredentialError('timed-out', `the code was not confirmed at ${host} in time`, { hint: 'sign in again' });
}
