import { isCredentialError } from '../credential-error.ts';
import { toCredentialName } from '../credential-name.ts';
import { type Edit, replacement } from '../formats/edits.ts';
import { toGitName, toGitService } from '../protocols/git-credential.ts';
import { decodeBase64, decodePercent, encodeUtf8 } from '../text/encodings.ts';
import { planRemoval } from './file-formats.ts';
import type { Finding, MovableCredential, MoveSource } from './finding.ts';
import * as lookups from './lookup.ts';
import { moveRegistry } from './move-registry.ts';

/** The credentials that can be moved. What isn't among them has to be removed by hand. */
export function listMovable(source: MoveSource): readonly MovableCredential[] {
  const list = movers[source.tool];
  if (list === undefined) return [];
  return source.findings.flatMap((finding) => {
    try {
      return list(finding, source) ?? [];
    } catch (error) {
      // A name that keystow or the protocol can't have.
      if (isCredentialError(error)) return [];
      throw error;
    }
  });
}

/** The edits that remove credentials from their file. `undefined`: one of them can't be removed alone. */
export function planMoveEdits(
  { format, text }: Pick<MoveSource, 'format' | 'text'>,
  credentials: readonly MovableCredential[],
): readonly Edit[] | undefined {
  const edits: Edit[] = [];
  for (const what of ['entry', 'owner'] as const) {
    const leaves = credentials.flatMap(({ removal }) =>
      'leaves' in removal && removal.what === what ? removal.leaves : [],
    );
    const planned = planRemoval(format, text, leaves, what);
    if (planned === undefined) return undefined;
    edits.push(...planned);
  }
  return [...edits, ...credentials.flatMap(({ removal }) => ('edit' in removal ? removal.edit : []))];
}

/** Whether the tool asks without an account, so that a service can have only one. */
export function isSoleAccount({ setup: { tool } }: MovableCredential): boolean {
  return tool === 'docker' || tool === 'podman' || tool === 'aws' || tool === 'kubectl';
}

type Mover = (finding: Finding, source: MoveSource) => MovableCredential | undefined;

const movers: Readonly<Record<string, Mover>> = {
  git: moveGit,
  docker: (finding, source) => moveRegistry(finding, source, 'docker'),
  podman: (finding, source) => moveRegistry(finding, source, 'podman'),
  aws: moveAws,
  kubernetes: moveKubernetes,
  cargo: moveCargo,
  terraform: moveTerraform,
  pip: movePip,
  pnpm: movePnpm,
};

function moveGit(finding: Finding, { format, configuration }: MoveSource): MovableCredential | undefined {
  const { leaf } = finding;
  const [url = '', user = ''] = leaf.path;
  const [, protocol = '', host = '', path] = /^([^:]+):\/\/([^/]*)(?:\/(.*))?$/.exec(url) ?? [];
  if (format !== 'credential-urls' || host === '') return undefined;
  const decodedHost = decodePercent(host);
  const isAsked = path !== undefined && (configuration.usesPaths || !/^https?$/i.test(protocol));
  const decodedPath = isAsked ? decodePercent(path) : undefined;
  if (decodedHost === undefined || (isAsked && decodedPath === undefined)) return undefined;
  const request: (readonly [string, string])[] = [
    ['protocol', protocol],
    ['host', encodeUtf8(decodedHost)],
    ...(decodedPath === undefined ? [] : [['path', encodeUtf8(decodedPath)] as const]),
  ];
  if ([...request.map(([, value]) => value), user, leaf.value].some((text) => /[\r\n\0]/.test(text))) return undefined;
  return {
    findings: [finding],
    name: toGitName(toGitService(request), encodeUtf8(user)),
    secret: leaf.value,
    setup: { tool: 'git' },
    removal: { leaves: [leaf], what: 'entry' },
    lookup: lookups.askGit({ protocol, host: decodedHost, path: decodedPath, user, password: leaf.value }),
  };
}

/** The secret of a profile without a session token is the key alone; otherwise it's the JSON of `credential_process`. */
function moveAws(finding: Finding, { leaves, findings }: MoveSource): MovableCredential | undefined {
  const [section = '', key] = finding.leaf.path;
  if (key !== 'aws_secret_access_key') return undefined;
  const find = (...names: readonly string[]) =>
    leaves.find(({ path }) => path[0] === section && names.includes(path[1] ?? ''));
  const id = find('aws_access_key_id');
  const session = find('aws_session_token', 'aws_security_token');
  if (id === undefined) return undefined;
  const profile = section.replace(/^profile\s+/, '').replace(/^(["'])(.*)\1$/, '$2');
  const credential = {
    AccessKeyId: id.value,
    SecretAccessKey: finding.leaf.value,
    ...(session && { SessionToken: session.value }),
  };
  const removed = [id, finding.leaf, ...(session ? [session] : [])];
  return {
    findings: findings.filter(({ leaf }) => removed.includes(leaf)),
    name: toCredentialName(`aws:${profile}`, id.value),
    secret: session ? JSON.stringify({ Version: 1, ...credential }) : finding.leaf.value,
    setup: { tool: 'aws', target: profile },
    removal: { leaves: removed, what: 'entry' },
    lookup: lookups.askAws(profile, credential),
  };
}

/** A token alone is stored as it is. With a client certificate, it's the JSON of a plugin's `status`, which has PEM. */
function moveKubernetes(finding: Finding, { leaves, findings }: MoveSource): MovableCredential | undefined {
  const [, user = '', , key] = finding.leaf.path;
  const find = (name: string) =>
    leaves.find(({ path }) => path.join('\0') === ['users', user, 'user', name].join('\0'));
  const [token, certificate, privateKey] = ['token', 'client-certificate-data', 'client-key-data'].map(find);
  const clientCertificateData = decodeBase64(certificate?.value ?? '');
  const clientKeyData = decodeBase64(privateKey?.value ?? '');
  const hasBoth = Boolean(clientCertificateData && clientKeyData);
  if (token === undefined ? key !== 'client-key-data' || !hasBoth : key !== 'token') return undefined;
  const pair = { clientCertificateData: clientCertificateData ?? '', clientKeyData: clientKeyData ?? '' };
  const status = { ...(token && { token: token.value }), ...(hasBoth && pair) };
  const removed = [token, ...(hasBoth ? [certificate, privateKey] : [])].flatMap((leaf) => leaf ?? []);
  if (removed.some(({ entry }) => entry === undefined)) return undefined;
  return {
    findings: findings.filter(({ leaf }) => removed.includes(leaf)),
    name: toCredentialName(`kubernetes:${user}`, token === undefined ? 'certificate' : 'token'),
    secret: hasBoth ? JSON.stringify(status) : (token?.value ?? ''),
    setup: { tool: 'kubectl', target: user },
    removal: { leaves: removed, what: 'entry' },
    lookup: lookups.askKubernetes(user, status),
  };
}

/** What cargo calls crates.io, even if it uses its sparse index. */
const cratesIo = 'https://github.com/rust-lang/crates.io-index';

function moveCargo(finding: Finding, { configuration: { registries } }: MoveSource): MovableCredential | undefined {
  const { leaf } = finding;
  const [table, registry = ''] = leaf.path;
  const isDefault = table === 'registry' || registry === 'crates-io';
  const url = isDefault ? cratesIo : registries.get(registry);
  if (leaf.path.at(-1) !== 'token' || url === undefined || leaf.entry === undefined) return undefined;
  return {
    findings: [finding],
    name: toCredentialName(`cargo:${url}`, 'token'),
    secret: leaf.value,
    setup: { tool: 'cargo' },
    removal: { leaves: [leaf], what: 'entry' },
    lookup: lookups.askCargo(url, isDefault ? 'crates-io' : registry, leaf.value),
  };
}

function moveTerraform(finding: Finding): MovableCredential | undefined {
  const { leaf } = finding;
  // The port 443 isn't part of what terraform asks for.
  const host = (leaf.path[1] ?? '').toLowerCase().replace(/:443$/, '');
  if (!/^[a-z\d.-]+(:\d+)?$/.test(host)) return undefined;
  return {
    findings: [finding],
    name: toCredentialName(`terraform:${host}`, 'token'),
    secret: leaf.value,
    setup: { tool: 'terraform' },
    removal: { leaves: [leaf], what: 'owner' },
    lookup: lookups.askTerraform(host, leaf.value),
  };
}

/** Only the password is removed from the URL: pip asks for the one that belongs to the user in it. */
function movePip(finding: Finding, { text }: MoveSource): MovableCredential | undefined {
  const { range, leaf } = finding;
  const before = text.slice(leaf.range.start, range.start);
  const [, user] = /:\/\/([^\s:@/]+):$/.exec(before) ?? [];
  const [, host] = /^@([^\s/]+)/.exec(text.slice(range.end)) ?? [];
  const account = user === undefined ? undefined : decodePercent(user);
  const secret = decodePercent(text.slice(range.start, range.end));
  if (account === undefined || host === undefined || secret === undefined || leaf.path[1] === 'proxy') return undefined;
  return {
    findings: [finding],
    name: toCredentialName(host, account),
    secret,
    setup: { tool: 'pip' },
    removal: { edit: replacement(text, { start: range.start - 1, end: range.end }) },
    lookup: lookups.askKeyring(host, account, secret),
  };
}

function movePnpm(finding: Finding): MovableCredential | undefined {
  const { leaf } = finding;
  const [, registry] = /^\/\/(.+?)\/?:_authToken$/.exec(leaf.path.at(-1) ?? '') ?? [];
  if (registry === undefined) return undefined;
  const name = toCredentialName(`npm:${registry}`, 'token');
  return {
    findings: [finding],
    name,
    secret: leaf.value,
    setup: { tool: 'pnpm', target: registry },
    removal: { leaves: [leaf], what: 'entry' },
    lookup: lookups.askTokenCommand(name, leaf.value),
  };
}
