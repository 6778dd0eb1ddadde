import { BlockList, isIP } from 'node:net';
import type { Dispatcher, Pool } from 'undici';
import { CredentialError } from '../../domain/credential-error.ts';
import { isLoopback } from '../../domain/sign-in/ip-address.ts';
import { HttpError, type ProxyRoute, toCauseChain, toHttpError } from './http.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** An HTTP proxy from the environment. */
export interface Proxy {
  /** Includes the user name and the password. */
  readonly url: URL;
  /** What messages call it: `the proxy http://proxy.example:3128 (HTTPS_PROXY)`. */
  readonly label: string;
  readonly variable: string;
  /** The value of the `Proxy-Authorization` header. */
  readonly authorization: string | undefined;
  /** What no message may repeat. */
  readonly secrets: readonly string[];
}

/**
 * Finds the proxy for a request as curl(1) and git(1) do. A proxy's URL that is invalid → `invalid-setting`, without the URL:
 * it can contain a password. A request to this machine never uses a proxy.
 *
 * Not undici's EnvHttpProxyAgent: it has neither ALL_PROXY nor networks in NO_PROXY, and uses HTTP_PROXY for https too.
 */
export function findProxy(target: URL, environment: Environment): Proxy | undefined {
  const setting = findSetting(target, environment);
  if (setting === undefined || isLoopback(target.hostname)) return undefined;
  // Stryker disable next-line StringLiteral: any text that lists no host will do
  if (isExcluded(target, environment.no_proxy || environment.NO_PROXY || '')) return undefined;
  return parseProxy(setting);
}

interface Setting {
  readonly variable: string;
  readonly value: string;
}

/** The variable in lower case comes first. */
function findSetting({ protocol }: URL, environment: Environment): Setting | undefined {
  const scheme = protocol === 'https:' ? 'https' : 'http';
  // In a CGI program, HTTP_PROXY is the header `Proxy` of a request: https://httpoxy.org.
  const isCgi = environment.REQUEST_METHOD !== undefined;
  // As they are spelled: on Windows, one spelling reads the variable of the other.
  const spelled = new Map(Object.entries(environment));
  return [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`, 'all_proxy', 'ALL_PROXY']
    .filter((name) => !(isCgi && name === 'HTTP_PROXY'))
    .map((variable) => ({ variable, value: spelled.get(variable)?.trim() ?? '' }))
    .find(({ value }) => value !== '');
}

/**
 * Whether NO_PROXY lists the target: `*`, a host name, which includes its subdomains, with or without a leading `.` or `*.`,
 * an address, or a network such as `10.0.0.0/8`. Each may end with a port.
 */
function isExcluded({ hostname, port, protocol }: URL, list: string): boolean {
  const host = hostname.replace(/[[\]]|\.$/g, '').toLowerCase();
  const hostPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]/).some((entry) => {
    if (entry === '*') return true;
    const parts = /^(?:\[(?<bracketed>[^\]]+)\]|(?<name>[^:]+))(?::(?<port>\d+))?$/.exec(entry)?.groups;
    const { bracketed, name = '', port: entryPort } = parts ?? {};
    if (entryPort !== undefined && entryPort !== hostPort) return false;
    const address = bracketed ?? (name === '' ? entry : name);
    if (isIP(host)) return isInNetwork(host, address);
    const suffix = name.toLowerCase().replace(/^\*?\.|\.$/g, '');
    return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
  });
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', prefix] = network.split('/');
  const family = isIP(address);
  if (family === 0) return false;
  const maxBits = family === 4 ? 32 : 128;
  const bits = Number(prefix ?? maxBits);
  if (prefix === '' || !Number.isInteger(bits) || bits < 0 || bits > maxBits) return false;
  const list = new BlockList();
  list.addSubnet(address, bits, family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, isIP(host) === 4 ? 'ipv4' : 'ipv6');
}

/** Without a scheme, it's an HTTP proxy. */
function parseProxy({ variable, value }: Setting): Proxy {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (url === undefined) throw invalidProxyError(variable, 'it is not a URL');
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw invalidProxyError(variable, `only http and https proxies are supported, not ${url.protocol.slice(0, -1)}`);
  }
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw invalidProxyError(variable, 'a % in the user name or the password has to be written as %25');
    }
  };
  const [user, password] = [decode(url.username), decode(url.password)];
  const isAnonymous = user === '' && password === '';
  return {
    url,
    variable,
    label: `the proxy ${url.origin} (${variable})`,
    authorization: isAnonymous ? undefined : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    secrets: [user, password],
  };
}

function invalidProxyError(variable: string, problem: string): CredentialError {
  return new CredentialError('invalid-setting', `invalid ${variable}: ${problem}`, {
    hint: `set ${variable} to a URL such as http://proxy.example.com:3128, or list the server in NO_PROXY`,
  });
}

/** Returns `undefined` if the server is contacted without a proxy. */
export async function openProxy(target: URL, environment: Environment): Promise<ProxyRoute | undefined> {
  const proxy = findProxy(target, environment);
  if (proxy === undefined) return undefined;
  const { label, variable, authorization, secrets } = proxy;
  const { fetch, isProxyError, close } = await createFetch(proxy);
  const hint = `check ${variable}, or list ${target.hostname} in NO_PROXY to connect without a proxy`;
  const toStatusError = (status: number) => {
    if (status !== 407)
      return new HttpError(`${label} did not connect to ${target.host}: status ${status}`, true, hint);
    const problem =
      authorization === undefined
        ? 'requires a user name and a password'
        : 'does not accept its user name and password';
    const example = `set ${variable} to http://USER:PASSWORD@${proxy.url.host}`;
    return new HttpError(`${label} ${problem} (status 407)`, false, example);
  };
  return {
    label,
    fetch,
    findError(thrown) {
      const chain = toCauseChain(thrown);
      // undici has no other sign of these two.
      const [status] = chain.flatMap(({ message }) => /^Proxy .*\((\d{3})\)/.exec(message)?.[1] ?? []);
      if (status !== undefined) return toStatusError(Number(status));
      return chain.some(isProxyError) ? toHttpError(thrown, label, secrets, hint) : undefined;
    },
    close,
  };
}

/**
 * Creates a `fetch` that uses the proxy. It's undici's own, because Node's built-in one accepts only agents of the version of
 * undici that this Node contains.
 */
async function createFetch({ url, authorization }: Proxy) {
  const { Pool, ProxyAgent, fetch } = await import('undici');
  const errors = new WeakSet<Error>();
  const watch = (pool: Pool) => pool.on('connectionError', (_origin, _targets, error) => void errors.add(error));
  const agent = new ProxyAgent({
    uri: url.origin,
    ...(authorization !== undefined && { token: authorization }),
    // An unencrypted request needs no tunnel, which many proxies refuse for port 80.
    proxyTunnel: false,
    // Opens tunnels.
    clientFactory(origin, options) {
      const pool = new Pool(origin, options);
      const connect: (target: Dispatcher.ConnectOptions) => Promise<Dispatcher.ConnectData> = pool.connect.bind(pool);
      return Object.assign(pool, {
        connect: (target: Dispatcher.ConnectOptions) =>
          connect(target).catch((cause: unknown) => {
            // undici would try again endlessly if the error itself had the code UND_ERR_SOCKET.
            const error = new Error('no tunnel', { cause });
            errors.add(error);
            throw error;
          }),
      });
    },
    // Connects to the server, through a tunnel, or for an unencrypted request to the proxy.
    factory: (origin, options: object) =>
      new URL(origin).origin === url.origin ? watch(new Pool(origin, options)) : new Pool(origin, options),
  });
  return {
    fetch: ((address: URL, init: object) =>
      fetch(address, { ...init, dispatcher: agent })) as unknown as typeof globalThis.fetch,
    isProxyError: (error: Error) => errors.has(error),
    close: () => agent.destroy(),
  };
}
