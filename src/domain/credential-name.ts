import { CredentialError } from './credential-error.ts';

/** The key of a credential. In every store, different pairs are different credentials. The account may be empty. */
export interface CredentialName {
  readonly service: string;
  readonly account: string;
}

/** Maximum length of a service or account in UTF-16 code units. Every store can hold it. */
export const maxNameLength = 1024;

/** Throws `invalid-name` unless every store can hold both parts unchanged. */
export function toCredentialName(service: string, account: string): CredentialName {
  assertValidPart('service', service);
  assertValidPart('account', account);
  return { service, account };
}

/** Returns whether keystow can have stored this name: other programs' items can have any name. */
export function isValidName({ service, account }: CredentialName): boolean {
  return findServiceFault(service) === undefined && findFault(account) === undefined;
}

export function isSameName(a: CredentialName, b: CredentialName): boolean {
  return a.service === b.service && a.account === b.account;
}

/** Orders by service, then account, by code unit, so that the order does not depend on the locale. */
export function compareNames(a: CredentialName, b: CredentialName): number {
  return compareTexts(a.service, b.service) || compareTexts(a.account, b.account);
}

/** The names in order, each once, without any other properties. */
export function sortUniqueNames(names: readonly CredentialName[]): readonly CredentialName[] {
  const sorted = names.map(({ service, account }) => ({ service, account })).sort(compareNames);
  return sorted.filter((name, index) => {
    // Stryker disable next-line ArithmeticOperator: either of two equal names may stay
    const before = sorted[index - 1];
    return before === undefined || !isSameName(before, name);
  });
}

/** By code unit. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A name, as messages show it: `""` for an empty account. */
export function formatName({ service, account }: CredentialName): string {
  return `${service} ${account || '""'}`;
}

function assertValidPart(part: 'service' | 'account', text: string): void {
  const fault = part === 'service' ? findServiceFault(text) : findFault(text);
  if (fault === undefined) return;
  throw new CredentialError('invalid-name', `the ${part} ${fault}`, {
    hint: `use ${part === 'service' ? 1 : 0} to ${maxNameLength} Unicode characters, without NUL`,
  });
}

function findServiceFault(text: string): string | undefined {
  return text === '' ? 'is empty' : findFault(text);
}

function findFault(text: string): string | undefined {
  if (typeof text !== 'string') return 'is not a string';
  if (text.length > maxNameLength) return `is longer than ${maxNameLength} characters`;
  if (text.includes('\0')) return 'contains a NUL character';
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}

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
