import { CredentialError } from '../credential-error.ts';
import { toCredentialName } from '../credential-name.ts';
import { encodeBase64 } from '../text/encodings.ts';
import { quoteNameForShell } from '../text/quote.ts';
import { parseStrictJson } from '../text/strict-json.ts';
import {
  errorsOnStderr,
  type FoundCredential,
  hasControlCharacters,
  type Outcomes,
  type Protocol,
  reply,
  replyError,
  replyJson,
} from './protocol.ts';

/** A request for the headers of a URL. A credential is for a host. */
interface HostRequest {
  readonly host: string;
}

/** Neither protocol stores anything. */
const errors: Pick<Outcomes<HostRequest>, 'stored' | 'erased' | 'badRequest' | 'failed' | 'cancelled'> = {
  stored: () => reply(),
  erased: () => reply(),
  ...errorsOnStderr,
  badRequest: (error) => replyError(error, 1),
};

function replyExpired(service: string, error?: CredentialError) {
  const hint = `store another one: keystow set ${quoteNameForShell({ service, account: tokenAccount })}`;
  return replyError(error ?? new CredentialError('not-found', `the credential of ${service} has expired`, { hint }), 1);
}

/**
 * Bazel's credential helpers (EngFlow/credential-helper-spec, spec.md): `get` with `{"uri":"…"}` on stdin, which may have
 * more properties, and `{"headers":{…},"expires":"…"}` on stdout. A reply without headers means that none are needed.
 */
export const bazel: Protocol<HostRequest> = {
  name: 'bazel',
  maxRequestBytes: 1024 * 1024,
  framing: ([command]) => (command === 'get' ? 'all' : 'none'),
  parse({ args, text }) {
    if (args.length !== 1 || args[0] !== 'get') return invalid('the argument is not get');
    const { uri } = parseStrictJson(text) ?? invalid('the request is not a JSON object');
    const url = typeof uri === 'string' ? parseRequestUrl(uri) : invalid('the request has no uri');
    if (!isConfidential(url)) return noHeaders;
    const { host } = url;
    return { kind: 'get', from: { service: toCredentialName(`bazel:${host}`, '').service }, request: { host } };
  },
  outcomes: {
    found(credential) {
      const headers = { Authorization: [formatAuthorization(credential)] };
      const { expiresAt } = credential;
      return replyJson({ headers, ...(expiresAt !== undefined && { expires: expiresAt }) });
    },
    notFound: () => noHeaders,
    expired: ({ host }, error) => replyExpired(`bazel:${host}`, error),
    ...errors,
  },
};

const noHeaders = replyJson({ headers: {} });

function invalid(message: string): never {
  throw new CredentialError('invalid-input', message, {
    hint: `echo '{"uri":"https://example.com/"}' | keystow helper bazel get`,
  });
}

/**
 * A `GOAUTH` command of Go (`go help goauth`). Go runs it once without arguments, when nothing is known yet, and again with the URL
 * of a request that a server has refused. The response on stdin isn't read: it doesn't say more than that.
 *
 * Go shows what a command prints to stderr only with `go -x`.
 */
export const go: Protocol<HostRequest> = {
  name: 'go',
  maxRequestBytes: 0,
  framing: () => 'none',
  parse({ args: [url, ...more] }) {
    if (url === undefined) return reply();
    const { scheme, host } = parseRequestUrl(url);
    if (scheme === 'https' && more.length === 0) {
      return { kind: 'get', from: { service: toCredentialName(`go:${host}`, '').service }, request: { host } };
    }
    throw new CredentialError('invalid-input', 'the argument is not one URL that begins with https', {
      hint: 'keystow helper go https://proxy.example.com/',
    });
  },
  outcomes: {
    found: (credential, { host }) => reply(`https://${host}\n\nAuthorization: ${formatAuthorization(credential)}\n\n`),
    notFound: () => reply(),
    expired: ({ host }, error) => replyExpired(`go:${host}`, error),
    ...errors,
  },
};

/** A URL whose host a credential is for. */
export interface RequestUrl {
  readonly scheme: string;
  /** In lower case, with a port unless it's the default of the scheme. */
  readonly host: string;
}

/** The schemes of the clients, with their default ports. */
const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443, grpc: 80, grpcs: 443 };

/**
 * Parses the URL of a request. One that isn't ASCII, has user information, or could be understood in two ways →
 * `invalid-input`, and so is another scheme.
 */
export function parseRequestUrl(url: string): RequestUrl {
  const [, scheme = '', name = '', port] =
    /^([a-z]+):\/\/([a-z\d](?:[a-z\d.-]*[a-z\d])?|\[[\da-f:.]+\])(?::(\d{1,5}))?(?:[/?#][\x21-\x7e]*)?$/i.exec(url) ??
    [];
  const defaultPort = Object.hasOwn(defaultPorts, scheme.toLowerCase())
    ? defaultPorts[scheme.toLowerCase()]
    : undefined;
  if (name === '') throw new CredentialError('invalid-input', 'the URL of the request is not valid');
  if (defaultPort === undefined || Number(port ?? 1) > 65_535) {
    throw new CredentialError('invalid-input', 'the URL of the request is not supported', {
      hint: `use one that begins with ${Object.keys(defaultPorts).join(', ')}`,
    });
  }
  const isDefault = port === undefined || Number(port) === defaultPort;
  return { scheme: scheme.toLowerCase(), host: name.toLowerCase() + (isDefault ? '' : `:${Number(port)}`) };
}

/** Whether requests to this URL can't be read on the network. */
export function isConfidential({ scheme, host }: RequestUrl): boolean {
  return /^(https|grpcs)$/.test(scheme) || /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(host);
}

/** The account of a token. Any other one is a user name. */
const tokenAccount = 'token';

/**
 * The value of an `Authorization` header.
 *
 * - the account is `token` → the token with `Bearer` (RFC 6750), or as it is if it begins with a scheme
 * - any other account → `Basic` with the account as the user name (RFC 7617)
 * - it can't be part of a header → `failed`
 */
export function formatAuthorization({ name: { service, account }, text }: FoundCredential): string {
  const hint = `store it again: keystow set ${quoteNameForShell({ service, account })}`;
  if (text === undefined || text === '') {
    throw new CredentialError('failed', `the credential for ${service} is empty or not UTF-8 text`, { hint });
  }
  if (account !== tokenAccount) {
    if (!account.includes(':') && !hasControlCharacters(account + text))
      return `Basic ${encodeBase64(`${account}:${text}`)}`;
    throw new CredentialError('failed', `the user or the password for ${service} can't be part of a header`, { hint });
  }
  if (!/^[\x20-\x7e]+$/.test(text)) {
    throw new CredentialError('failed', `the token for ${service} can't be part of a header`, { hint });
  }
  return /^[a-z][a-z\d-]* \S/i.test(text) ? text : `Bearer ${text}`;
}
