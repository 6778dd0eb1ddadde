import { type CredentialName, isValidName } from '../credential-name.ts';
import { toDockerName } from '../protocols/docker.ts';
import { type Attribute, toGitName, toGitService } from '../protocols/git-credential.ts';
import { encodeUtf8 } from '../text/encodings.ts';

/** Whose items in the Secret Service an import can read. */
export const itemSources = ['keytar', 'keyring', 'git', 'docker'] as const;

export type ItemSource = (typeof itemSources)[number];

type ItemAttributes = Readonly<Record<string, string>>;

const schemaAttribute = 'xdg:schema';
const genericSchema = 'org.freedesktop.Secret.Generic';

/** What libraries for keyrings call themselves in their items. Others that do so are applications, which use keystow itself. */
const keyringLibraries = ['Python keyring library', 'rust-keyring'];

/** The attributes to search for. None: all items. */
export function toSearch(source: ItemSource): ItemAttributes {
  switch (source) {
    case 'keytar':
      return { [schemaAttribute]: genericSchema };
    case 'keyring':
      return {};
    case 'git':
      return { [schemaAttribute]: 'org.git.Password' };
    default:
      return { [schemaAttribute]: 'io.docker.Credentials' };
  }
}

/**
 * The name under which keystow's own command, or its helper for git or docker, finds the secret of an item. `undefined`: the
 * item isn't one of this source.
 *
 * - `keytar`: keytar 7.9, keytar_posix.cc
 * - `keyring`: Python's keyring, `@napi-rs/keyring`, `secret-tool` with the attributes `service` and `username`
 * - `git`: git's contrib/credential/libsecret
 * - `docker`: docker-credential-secretservice
 */
export function toImportedName(source: ItemSource, attributes: ItemAttributes): CredentialName | undefined {
  try {
    const name = findName(source, attributes);
    return name && isValidName(name) ? name : undefined;
  } catch {
    // No user, or an invalid name.
    return undefined;
  }
}

function findName(source: ItemSource, attributes: ItemAttributes): CredentialName | undefined {
  const { service, username, account, server, [schemaAttribute]: schema } = attributes;
  switch (source) {
    case 'keytar':
      return schema === genericSchema && username === undefined ? toName(service, account) : undefined;
    case 'keyring': {
      const { application } = attributes;
      if (schema !== undefined && schema !== genericSchema) return undefined;
      if (application !== undefined && !keyringLibraries.includes(application)) return undefined;
      return toName(service, username);
    }
    case 'git':
      return toGitItemName(attributes);
    default:
      return toDockerName({ ServerURL: server ?? '', Username: username ?? '' });
  }
}

function toName(service: string | undefined, account: string | undefined): CredentialName | undefined {
  // Stryker disable next-line ConditionalExpression,LogicalOperator: without one of them, the name is invalid too
  return service === undefined || account === undefined ? undefined : { service, account };
}

function toGitItemName({ user, protocol, server, port, object }: ItemAttributes): CredentialName | undefined {
  // Stryker disable next-line ConditionalExpression,LogicalOperator: without one of them, the request is invalid too
  if (protocol === undefined || server === undefined) return undefined;
  const request: Attribute[] = [
    ['protocol', toBytes(protocol)],
    ['host', toBytes(port === undefined ? server : `${server}:${port}`)],
  ];
  if (object !== undefined) request.push(['path', toBytes(object)]);
  return toGitName(toGitService(request), user === undefined ? undefined : toBytes(user));
}

/** A character for each byte of UTF-8, as git's protocol is read. */
function toBytes(text: string): string {
  return encodeUtf8(text.toWellFormed());
}

/**
 * The name of an entry of pass(1): the folder is the service, and the last part the account. An entry that isn't in a folder
 * is a service without an account.
 */
export function toPassName(path: string): CredentialName | undefined {
  const end = path.lastIndexOf('/');
  const name = end < 0 ? { service: path, account: '' } : { service: path.slice(0, end), account: path.slice(end + 1) };
  return isValidName(name) ? name : undefined;
}
