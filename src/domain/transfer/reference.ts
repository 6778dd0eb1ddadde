import { CredentialError } from '../credential-error.ts';
import { type CredentialName, isValidName } from '../credential-name.ts';

/** A reference to a credential, as a value in a configuration file. */
const scheme = 'keystow://';

/** Whether a value is meant to be a reference. Other values are passed on unchanged. */
export function isReference(text: string): boolean {
  return text.startsWith(scheme);
}

/**
 * Parses `SERVICE/ACCOUNT` or `keystow://SERVICE/ACCOUNT`. Both parts are percent-encoded in UTF-8 (RFC 3986), so that a
 * service with slashes isn't ambiguous: exactly one `/` may be unencoded, and no `?` or `#`. The account may be empty.
 * Anything else → `invalid-input`, which doesn't repeat the text, because it may be a secret.
 */
export function parseReference(text: string): CredentialName {
  const parts = (isReference(text) ? text.slice(scheme.length) : text).split('/');
  if (parts.length !== 2 || /[?#]/.test(text)) throw invalidReferenceError();
  let name: CredentialName;
  try {
    const [service = '', account = ''] = parts.map(decodeURIComponent);
    name = { service, account };
  } catch {
    throw invalidReferenceError();
  }
  if (!isValidName(name)) throw invalidReferenceError();
  return name;
}

/** The inverse of {@link parseReference}. */
export function formatReference({ service, account }: CredentialName): string {
  return `${scheme}${formatShortReference({ service, account })}`;
}

/** The same without the scheme. */
export function formatShortReference({ service, account }: CredentialName): string {
  return `${encodeURIComponent(service)}/${encodeURIComponent(account)}`;
}

function invalidReferenceError(): CredentialError {
  return new CredentialError('invalid-input', 'invalid reference to a credential', {
    hint: 'write SERVICE/ACCOUNT, with %2F for a slash inside of them: keystow://git%3Ahttps%3A%2F%2Fgithub.com/alice',
  });
}
