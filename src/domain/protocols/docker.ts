import { CredentialError, type ErrorCode } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';
import { parseStrictJson } from '../text/strict-json.ts';
import { type Protocol, type Reply, rejectUserinfo, reply, replyError, replyJson, requireText } from './protocol.ts';

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

type DockerAction = 'get' | 'store' | 'erase' | 'list';

interface DockerRequest {
  /** As docker wrote it. Empty for `list`. */
  readonly server: string;
}

/**
 * The protocol of docker-credential-helpers, which podman, skopeo and buildah use too. The arguments are an action and, to
 * store empty secrets too, `--allow-empty`.
 *
 * Errors are printed to stdout, where docker reads them, and to stderr, because some docker commands don't show what they
 * read. A login that isn't found is reported on stdout only.
 */
export const docker: Protocol<DockerRequest> = {
  name: 'docker',
  maxRequestBytes: 1024 * 1024,
  framing: (args) => (['get', 'store', 'erase'].includes(findAction(args)) ? 'all' : 'none'),
  parse({ args, text }) {
    const action = findAction(args);
    switch (action as DockerAction) {
      case 'get':
      case 'erase': {
        const server = text.trim();
        return { kind: action as 'get' | 'erase', from: { service: toDockerService(server) }, request: { server } };
      }
      case 'store': {
        const login = parseDockerLogin(text);
        rejectUserinfo(login.ServerURL.includes('://') ? login.ServerURL : `https://${login.ServerURL}`);
        const name = toDockerName(login);
        if (login.Secret === '' && !args.includes(allowEmpty)) {
          throw new CredentialError('invalid-input', 'the secret is empty, so nothing was stored', {
            hint: 'log in with a password or a token',
          });
        }
        const request = { server: login.ServerURL };
        // A registry has one login.
        return { kind: 'store', name, secret: login.Secret, replacesOthers: true, request };
      }
      case 'list':
        return { kind: 'list', request: { server: '' } };
      default:
        return reply('Unknown credential action (argument 1)\n', 1);
    }
  },
  outcomes: {
    found(credential, { server }) {
      const login: DockerLogin = {
        ServerURL: server,
        Username: credential.name.account,
        Secret: requireText(credential, 'login', 'log in again'),
      };
      return replyJson(login);
    },
    notFound: () => reply(`${dockerMessages.notFound}\n`, 1),
    expired: (_, error) => ({ ...reply(`${dockerMessages.notFound}\n`, 1), ...(error && { error }) }),
    stored: () => reply(),
    erased: () => reply(),
    listed: (names) => replyJson(toUserNames(names)),
    badRequest: (error) => printError(error, 1),
    failed: (error) => printError(error, settingCodes.includes(error.code) ? 1 : undefined),
    cancelled: (error) => printError(error),
  },
};

function findAction(args: readonly string[]): string {
  return args.find((arg) => arg !== allowEmpty) ?? '';
}

const allowEmpty = '--allow-empty';

/** Docker's own helpers know no other exit code for them. */
const settingCodes: readonly ErrorCode[] = ['invalid-setting', 'invalid-preference', 'contradictory-settings'];

function printError(error: CredentialError, exitCode?: number): Reply {
  return { ...replyError(error, exitCode), stdout: `${error.message}\n` };
}

/** Every registry with its user name: that of the newest login. */
function toUserNames(newestFirst: readonly CredentialName[]): Readonly<Record<string, string>> {
  const logins = newestFirst.flatMap((name): [string, string][] => {
    const server = parseDockerServer(name);
    return server === undefined ? [] : [[server, name.account]];
  });
  // A later entry replaces an earlier one for the same server.
  return Object.fromEntries(logins.reverse());
}

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
  const { ServerURL = '', Username = '', Secret = '' } = parseStrictJson(text) ?? invalidLogin();
  if (typeof ServerURL !== 'string' || typeof Username !== 'string' || typeof Secret !== 'string')
    return invalidLogin();
  return { ServerURL, Username, Secret };
}

/** The message repeats nothing of the input, because it may contain the secret. */
function invalidLogin(): never {
  throw new CredentialError('invalid-input', 'the input is not JSON with ServerURL, Username and Secret');
}
