import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';

/** A registry login, as docker and a credential helper exchange it: JSON with these keys. */
export interface DockerLogin {
  /** The registry, as docker calls it: `localhost:5000`, `https://index.docker.io/v1/`. It has one login. */
  readonly ServerURL: string;
  /** `<token>` if the secret is an identity token. */
  readonly Username: string;
  readonly Secret: string;
}

/**
 * The messages that docker recognises when a helper prints them (docker-credential-helpers, credentials/error.go). It
 * shows any other message to the user.
 */
export const dockerMessages = {
  notFound: 'credentials not found in native keychain',
  noServer: 'no credentials server URL',
  noUsername: 'no credentials username',
} as const;

const servicePrefix = 'docker-credential:';

export function toDockerName({ ServerURL, Username }: Omit<DockerLogin, 'Secret'>): CredentialName {
  const service = toDockerService(ServerURL);
  if (Username === '') throw new CredentialError('invalid-input', dockerMessages.noUsername);
  return toCredentialName(service, Username);
}

/** The service that the login of a registry is stored under. */
export function toDockerService(server: string): string {
  if (server === '') throw new CredentialError('invalid-input', dockerMessages.noServer);
  return servicePrefix + server;
}

/** The registry of a credential, or `undefined` if it isn't a docker login. */
export function parseDockerServer({ service }: CredentialName): string | undefined {
  return service.startsWith(servicePrefix) ? service.slice(servicePrefix.length) : undefined;
}

/** Parses the JSON that docker sends to `store`. Missing fields are empty. */
export function parseDockerLogin(text: string): DockerLogin {
  const { ServerURL = '', Username = '', Secret = '' } = parseFields(text);
  if (typeof ServerURL !== 'string' || typeof Username !== 'string' || typeof Secret !== 'string')
    throw invalidLoginError();
  return { ServerURL, Username, Secret };
}

function parseFields(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw invalidLoginError();
  }
}

/** The message repeats nothing of the input, because it may contain the secret. */
function invalidLoginError(): CredentialError {
  return new CredentialError('invalid-input', 'the input is not JSON with ServerURL, Username and Secret');
}
