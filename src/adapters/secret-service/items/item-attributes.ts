import { type CredentialName, toCredentialName } from '../../../domain/credential-name.ts';
import type { AttributeSchema } from '../../../domain/profile.ts';
import type { Attributes } from '../calls.ts';

interface Schema {
  /** The attribute that holds the account. */
  readonly account: string;
  /** What every item has in addition, and is searched by. */
  readonly fixed: Attributes;
  /** The name that users see. */
  label(name: CredentialName): string;
}

const schemas: Readonly<Record<AttributeSchema, Schema>> = {
  // What `@napi-rs/keyring` writes. Python's keyring adds an attribute, and `secret-tool` may.
  keystow: { account: 'username', fixed: {}, label: ({ service, account }) => `${account}@${service}` },
  // keytar_posix.cc of keytar 7.9. libsecret adds the schema's name to what it writes and to what it searches by.
  keytar: {
    account: 'account',
    fixed: { 'xdg:schema': 'org.freedesktop.Secret.Generic' },
    label: ({ service, account }) => `${service}/${account}`,
  },
};

/**
 * Attributes that an item may have besides: what Python's keyring adds, what libsecret adds to an item without a schema,
 * and gnome-keyring when it reads its file again. Any other value marks an item as another program's.
 */
const allowed: Attributes = {
  application: 'Python keyring library',
  'xdg:schema': 'org.freedesktop.Secret.Generic',
};

/** KeePassXC adds these to every entry. */
const entryAttributes = ['Title', 'UserName', 'URL', 'Notes', 'Uuid', 'Path', 'FDO_SECRETS_CONTENT_TYPE'];

/** What keystow's own items have in common. */
export interface ItemFormat {
  readonly schema: AttributeSchema;
  /** The application that they belong to. Absent: items that other programs may share. */
  readonly application?: string | undefined;
}

/** Returns the attributes that an item is written with and searched by. */
export function toAttributes({ service, account }: CredentialName, format: ItemFormat): Attributes {
  return { ...toServiceAttributes(service, format), [schemas[format.schema].account]: account };
}

/** Returns the attributes that the items of a service, or all of an application, are searched by. */
export function toServiceAttributes(service: string | undefined, { schema, application }: ItemFormat): Attributes {
  return {
    ...schemas[schema].fixed,
    ...(service !== undefined && { service }),
    ...(application !== undefined && { application }),
  };
}

/** Without braces, because KeePassXC replaces a placeholder such as `{PASSWORD}` and hangs on `{TITLE}{TITLE}`. */
export function formatLabel(name: CredentialName, schema: AttributeSchema): string {
  return schemas[schema].label(name).replaceAll('{', '(').replaceAll('}', ')');
}

/**
 * Returns the credential of an item, if the item has the attributes of this schema and no others: keystow has written it,
 * or a program that writes the same attributes.
 */
export function parseName(attributes: Attributes, { schema, application }: ItemFormat): CredentialName | undefined {
  const { account: accountAttribute, fixed } = schemas[schema];
  const { service, [accountAttribute]: account, ...others } = attributes;
  if (service === undefined || account === undefined) return undefined;
  if (application !== undefined && others.application !== application) return undefined;
  const isAllowed = (key: string, value: string) =>
    allowed[key] === value || entryAttributes.includes(key) || (key === 'application' && value === application);
  const isOther = ([key, value]: [string, string]) => !isAllowed(key, value);
  if (Object.entries(others).some(isOther)) return undefined;
  if (Object.entries(fixed).some(([key, value]) => others[key] !== value)) return undefined;
  try {
    return toCredentialName(service, account);
  } catch {
    return undefined;
  }
}
