import { createHash } from 'node:crypto';
import { type LocalServer, type ReceivedRequest, type Reply, startLocalServer } from './local-server.ts';

/** A registry of Rust crates on loopback with a sparse index. Every request needs the token. */
export interface CargoRegistry extends LocalServer {
  /** The URL that a configuration names, such as `sparse+http://127.0.0.1:41234/index/`. */
  readonly index: string;
  /** Such as `sample 0.1.0`, in the order of their publication. Yanked ones end with `yanked`. */
  listCrates(): readonly string[];
}

interface Crate {
  readonly name: string;
  readonly vers: string;
  readonly content: Buffer;
  yanked: boolean;
}

/** Starts a registry (The Cargo Book, "Registry Web API" and "Registry Index"). `isValid`: whether a token may do everything. */
export async function startCargoRegistry(isValid: (token: string) => boolean): Promise<CargoRegistry> {
  const crates: Crate[] = [];
  const server = await startLocalServer((request) =>
    isValid(request.authorization) ? handle(request, crates) : reject(request),
  );
  return {
    ...server,
    index: `sparse+${server.url}/index/`,
    listCrates: () => crates.map(({ name, vers, yanked }) => `${name} ${vers}${yanked ? ' yanked' : ''}`),
  };
}

function reject({ headers, authorization }: ReceivedRequest): Reply {
  const login = `Cargo login_url="http://${headers.host}/me"`;
  return { status: authorization === '' ? 401 : 403, headers: { 'www-authenticate': login } };
}

function handle({ method, path, headers, body }: ReceivedRequest, crates: Crate[]): Reply {
  const url = `http://${headers.host}`;
  if (path === '/index/config.json') return { body: { dl: `${url}/dl`, api: url, 'auth-required': true } };
  if (`${method} ${path}` === 'PUT /api/v1/crates/new') {
    crates.push(parsePublication(body));
    return { body: { warnings: { invalid_categories: [], invalid_badges: [], other: [] } } };
  }
  const [, action, name, vers] =
    /^\/(?:(dl)|api\/v1\/crates)\/([^/]+)\/([^/]+)\/(?:download|yank|unyank)$/.exec(path) ?? [];
  const crate = crates.find((crate) => crate.name === name && crate.vers === vers);
  if (crate !== undefined && action === 'dl') return { body: crate.content };
  if (crate !== undefined) {
    crate.yanked = method === 'DELETE';
    return { body: { ok: true } };
  }
  const versions = path.startsWith('/index/') ? crates.filter(({ name }) => path.endsWith(`/${name}`)) : [];
  return versions.length > 0 ? { body: versions.map(formatVersion).join('\n') } : { status: 404 };
}

/** Two parts, each after its length: the metadata and the crate. */
function parsePublication(body: Buffer): Crate {
  const end = 4 + body.readUInt32LE(0);
  const { name, vers } = JSON.parse(body.subarray(4, end).toString());
  return { name, vers, content: body.subarray(end + 4), yanked: false };
}

function formatVersion({ name, vers, content, yanked }: Crate): string {
  const cksum = createHash('sha256').update(content).digest('hex');
  return JSON.stringify({ name, vers, deps: [], cksum, features: {}, yanked });
}
