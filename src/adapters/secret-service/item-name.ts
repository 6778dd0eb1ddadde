import { type CredentialName, credentialName } from '../../domain/credential-name.ts';
import type { Attributes } from './service-calls.ts';

/** Attributes that say nothing of what an item is for: libsecret's, Python keyring's, and KeePassXC's of every entry. */
const ignored = [
  ...['xdg:schema', 'application'],
  ...['Title', 'UserName', 'URL', 'Notes', 'Uuid', 'Path', 'FDO_SECRETS_CONTENT_TYPE'],
];

/** What an item is written with: exactly these, as by `@napi-rs/keyring`; `secret-tool` and Python's keyring add one. */
export function attributesFor({ service, account }: CredentialName): Attributes {
  return { service, username: account };
}

/** The credential that an item is of, where it is of one and nothing more. */
export function nameFrom(attributes: Attributes): CredentialName | undefined {
  const { service, username, ...others } = attributes;
  if (service === undefined || username === undefined) return undefined;
  if (Object.keys(others).some((key) => !ignored.includes(key))) return undefined;
  try {
    return credentialName(service, username);
  } catch {
    return undefined;
  }
}
