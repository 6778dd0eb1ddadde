import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';

/** A login at a registry, as docker and a credential helper tell each other: JSON with these keys. */
export interface DockerLogin {
  /** What docker calls the registry: `localhost:5000`, `https://index.docker.io/v1/`. One login each. */
  readonly ServerURL: string;
  /** `<token>` where the secret is an identity token. */
  readonly Username: string;
  readonly Secret: string;
}

/**
 * What docker recognises, to the letter, in what a helper prints (docker-credential-helpers, credentials/error.go).
 * Anything else is an error that it shows.
 */
export const dockerMessages = {
  notFound: 'credentials not found in native keychain',
  noServer: 'no credentials server URL',
  noUsername: 'no credentials username',
} as const;

const prefix = 'docker-credential:';

/** The service of a registry's login; its account is the user. */
export function toDockerService(server: string): string {
  if (server === '') throw new CredentialError('invalid-input', dockerMessages.noServer);
  return prefix + server;
}

/** The registry of a name; `undefined`: it is nothing of docker's. */
export function parseDockerServer({ service }: CredentialName): string | undefined {
  return service.startsWith(prefix) ? service.slice(prefix.length) : undefined;
}

export function toDockerName({ ServerURL, Username }: Omit<DockerLogin, 'Secret'>): CredentialName {
  const service = toDockerService(ServerURL);
  if (Username === '') throw new CredentialError('invalid-input', dockerMessages.noUsername);
  return toCredentialName(service, Username);
}

/** Reads what docker has a helper store. What it leaves out is empty. */
export function parseDockerLogin(text: string): DockerLogin {
  const { ServerURL = '', Username = '', Secret = '' } = parseObject(text);
  if (typeof ServerURL !== 'string' || typeof Username !== 'string' || typeof Secret !== 'string') throw noLogin();
  return { ServerURL, Username, Secret };
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    throw noLogin();
  }
}

/** What was sent may hold the secret, so nothing of it is repeated. */
function noLogin(): CredentialError {
  return new CredentialError('invalid-input', 'what is to be stored is no JSON with ServerURL, Username and Secret');
}
