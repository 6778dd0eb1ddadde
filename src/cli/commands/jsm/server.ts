import { CredentialError } from '../../../domain/credential-error.ts';
import type { AuthorizationServer } from '../../../ports/sign-in/authorization-server.ts';
import { jsmSignIn } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';

/** The issuer that the variables name, or jsm's own. */
export function issuerOf({ environment }: Cli): string {
  return environment[jsmSignIn.variables.issuer] || jsmSignIn.issuer;
}

/** The server of an issuer, with the client that the variables name. */
export async function serverOf({ environment, services }: Cli, issuer: string): Promise<AuthorizationServer> {
  const { variables, parameters } = jsmSignIn;
  const clientId = environment[variables.clientId];
  const clientSecret = environment[variables.clientSecret];
  if (!clientId) {
    throw new CredentialError('invalid-setting', `no client is set to sign in with at ${issuer}`, {
      hint: `set ${variables.clientId} to the ID of a client that ${issuer} knows, or store a key: jsm auth set-key -`,
    });
  }
  return services.authorizationServer({
    issuer,
    clientId,
    ...(clientSecret && { clientSecret }),
    ...(issuer === jsmSignIn.issuer && { parameters }),
  });
}
