import { toDockerName } from '../protocols/docker.ts';
import { decodeBase64, decodeUtf8 } from '../text/encodings.ts';
import type { Finding, MovableCredential, MoveSource } from './finding.ts';
import { askDocker } from './lookup.ts';

/** docker writes an identity token beside an `auth` without a password. A key with a path is podman's own, which helpers don't have. */
export function moveRegistry(
  finding: Finding,
  { leaves, findings }: MoveSource,
  tool: 'docker' | 'podman',
): MovableCredential | undefined {
  const [section, key = '', field] = finding.leaf.path;
  const server = toServer(key, tool);
  if (section !== 'auths' || server === undefined) return undefined;
  const own = leaves.filter(({ path }) => path[0] === 'auths' && path[1] === key);
  const find = (name: string) => own.find(({ path }) => path.length === 3 && path[2] === name);
  const [auth, identity] = [find('auth'), find('identitytoken')];
  // Moved together with the other one.
  if (field === 'auth' && identity !== undefined) return undefined;
  if (own.some(({ path }) => !['auth', 'identitytoken', 'email'].includes(path[2] ?? ''))) return undefined;
  const [user, password] = splitAuth(auth?.value ?? '') ?? [];
  const login = identity === undefined ? { user, secret: password } : { user: '<token>', secret: identity.value };
  if (!login.user || !login.secret) return undefined;
  const { user: account, secret } = login;
  const removed = [auth, identity].flatMap((leaf) => leaf ?? []);
  return {
    findings: findings.filter(({ leaf }) => removed.includes(leaf)),
    name: toDockerName({ ServerURL: server, Username: account }),
    secret,
    setup: tool === 'docker' ? { tool, target: server } : { tool },
    removal: { leaves: removed, what: 'entry' },
    lookup: askDocker(server, account, secret),
  };
}

/** docker asks a helper for the host, except on Docker Hub. */
function toServer(key: string, tool: 'docker' | 'podman'): string | undefined {
  if (tool === 'docker')
    return key === dockerHub ? key : /^(?:https?:\/\/)?([^/]+)(?:\/(?:v[12]\/?)?)?$/.exec(key)?.[1];
  return key.includes('/') ? undefined : key;
}

const dockerHub = 'https://index.docker.io/v1/';

function splitAuth(auth: string): readonly [string, string] | undefined {
  const bytes = decodeBase64(auth);
  const text = bytes === undefined ? undefined : decodeUtf8(bytes);
  const colon = text?.indexOf(':') ?? -1;
  return text === undefined || colon < 1
    ? undefined
    : [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, '')];
}
