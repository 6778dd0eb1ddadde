import { CredentialError } from '../../../domain/credential-error.ts';
import type { AuthorizationServer } from '../../../ports/sign-in/sign-in.ts';
import { jsmSignIn } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';

/** The issuer from the environment, or Google. */
export function chooseIssuer({ environment }: Cli): string {
  return environment[jsmSignIn.variables.issuer] || jsmSignIn.issuer;
}

/** Uses the client from the environment. No client → `invalid-setting`. */
export async function openServer({ environment, services }: Cli, issuer: string): Promise<AuthorizationServer> {
  const { variables, parameters } = jsmSignIn;
  const clientId = environment[variables.clientId];
  const clientSecret = environment[variables.clientSecret];
  if (!clientId) {
    throw new CredentialError('invalid-setting', 'missing client ID', {
      hint: `set ${variables.clientId} to the ID of a client that is registered at the sign-in server, or store a key: jsm auth set-key -`,
    });
  }
  return services.authorizationServer({
    issuer,
    clientId,
    ...(clientSecret && { clientSecret }),
    clientHint: clientSecret
      ? `check ${variables.clientId} and ${variables.clientSecret}`
      : `check ${variables.clientId}, and set ${variables.clientSecret} if the client has a secret`,
    ...(issuer === jsmSignIn.issuer && { parameters }),
  });
}

export function notSignedInError(): CredentialError {
  return new CredentialError('not-signed-in', 'not signed in', { hint: 'run: jsm login, or: jsm auth set-key -' });
}
