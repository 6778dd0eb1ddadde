import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';
import { isPrintable } from '../text/escape.ts';
import { parseStrictJson } from '../text/strict-json.ts';
import { type Protocol, type ProtocolStep, type Reply, replyJson } from './protocol.ts';

interface CargoRequest {
  readonly name: CredentialName;
  /** As the user calls the registry: its name, or else the URL of its index. */
  readonly registry: string;
}

/**
 * Cargo's credential providers, version 1 (The Cargo Book, "Credential Provider Protocol"). Each line is a request. Errors are
 * part of the replies, because cargo replaces the error of a provider that fails by a message of its own.
 *
 * A token is stored under the URL of the index, not under the registry's name: a project's own configuration says which index a
 * name stands for.
 */
export const cargo: Protocol<CargoRequest> = {
  name: 'cargo',
  maxRequestBytes: 1024 * 1024,
  framing: () => 'lines',
  greeting: '{"v":[1]}\n',
  parse: ({ text }) => parseRequest(parseStrictJson(text) ?? invalid('the request is not JSON')),
  outcomes: {
    found({ text, expiresAt }, { registry }) {
      const token = text ?? failed(`the token for ${registry} is not UTF-8 text`, 'store it again: cargo login');
      checkToken(token, (fault) => failed(`the token for ${registry} ${fault}`, 'store it again: cargo login'));
      const expiration = expiresAt === undefined ? undefined : Math.floor(Date.parse(expiresAt) / 1000);
      const cache = expiration === undefined ? { cache: 'session' } : { cache: 'expires', expiration };
      return ok({ kind: 'get', token, ...cache, operation_independent: true });
    },
    notFound: () => err({ kind: 'not-found' }),
    expired: ({ registry }, error) =>
      other(
        error ??
          new CredentialError('not-found', `the token for ${registry} has expired`, {
            hint: 'get a new one: cargo login',
          }),
      ),
    stored: () => ok({ kind: 'login' }),
    erased: (_, count) => (count > 0 ? ok({ kind: 'logout' }) : err({ kind: 'not-found' })),
    answered(answer, request) {
      if (answer !== undefined) return storeToken(answer, request);
      throw new CredentialError('failed', 'no token was passed, and there is no terminal to ask for one', {
        hint: 'pass it on stdin: cargo login <token.txt',
      });
    },
    badRequest: other,
    failed: other,
    cancelled: (error) => ({ ...other(error), ends: true }),
  },
};

function parseRequest({
  v,
  kind,
  registry,
  token,
  args,
  ...rest
}: Readonly<Record<string, unknown>>): ProtocolStep<CargoRequest> {
  if (v !== 1) return invalid('the request is not of version 1 of the protocol');
  if (typeof kind !== 'string') return invalid('the request has no kind');
  if (kind !== 'get' && kind !== 'login' && kind !== 'logout') return err({ kind: 'operation-not-supported' });
  const { 'index-url': url, name: registryName } = Object(registry) as Readonly<Record<string, unknown>>;
  if (typeof url !== 'string' || !isPrintable(url)) return invalid('the request has no valid index-url');
  if (!/^[a-z][a-z\d+.-]*:\/\/[^/]/i.test(url)) return err({ kind: 'url-not-supported' });
  // Names are shown, and aren't encrypted. A user name, as in ssh://git@…, is not a secret.
  if (/^[^:]*:\/\/[^/?#]*:[^/?#]*@/.test(url)) return invalid('the URL of the index contains a password');
  // They may be a token that the user has passed in the wrong way.
  if (args !== undefined && !(Array.isArray(args) && args.length === 0)) return invalid('keystow takes no arguments');
  const name = toCredentialName(`cargo:${url}`, 'token');
  const request = { name, registry: typeof registryName === 'string' ? registryName : url };
  switch (kind) {
    case 'get':
      return { kind: 'get', from: { names: [name] }, request };
    case 'logout':
      return { kind: 'erase', from: { names: [name] }, request };
    case 'login': {
      if (token === undefined || token === null) return askForToken(request, rest['login-url']);
      return typeof token === 'string' ? storeToken(token, request) : invalid('the token is not a string');
    }
  }
}

function askForToken(request: CargoRequest, loginUrl: unknown): ProtocolStep<CargoRequest> {
  const place = typeof loginUrl === 'string' ? ` (from ${loginUrl})` : '';
  return { kind: 'ask', question: `Token for ${request.registry}${place}:`, hidden: true, request };
}

function storeToken(token: string, request: CargoRequest): ProtocolStep<CargoRequest> {
  checkToken(token, (fault) => invalid(`the token ${fault}, so nothing was stored`));
  return { kind: 'store', name: request.name, secret: token, request };
}

/** What cargo itself accepts, because it sends the token in a header (cargo, `check_token`). */
function checkToken(token: string, reject: (fault: string) => never): void {
  if (token === '') reject('is empty');
  if (!/^[\t\x20-\x7e]*$/.test(token)) reject('contains characters that no header can have');
}

function ok(response: Readonly<Record<string, unknown>>): Reply {
  return replyJson({ Ok: response });
}

function err(error: Readonly<Record<string, unknown>>): Reply {
  return replyJson({ Err: error });
}

/** Cargo prints the message, and the hint as its cause. */
function other({ message, hint }: CredentialError): Reply {
  return err({ kind: 'other', message, ...(hint !== undefined && { 'caused-by': [`hint: ${hint}`] }) });
}

function invalid(message: string): never {
  throw new CredentialError('invalid-input', message);
}

function failed(message: string, hint: string): never {
  throw new CredentialError('failed', message, { hint });
}
