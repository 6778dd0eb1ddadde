import { CredentialError } from './credential-error.ts';

/** What a credential is kept under. The pair is the key: no two pairs are ever one credential in any store. */
export interface CredentialName {
  readonly service: string;
  readonly account: string;
}

/** Longest service or account, in UTF-16 code units: what every store of keystow keeps exactly. */
export const maxNameLength = 1024;

/** Throws `invalid-name` unless every store can keep both parts exactly as they are. */
export function toCredentialName(service: string, account: string): CredentialName {
  check('service', service);
  check('account', account);
  return { service, account };
}

/** Returns whether keystow can have stored this name: other programs' items can have any name. */
export function isValidName({ service, account }: CredentialName): boolean {
  return findFault(service) === undefined && findFault(account) === undefined;
}

export function isSameName(a: CredentialName, b: CredentialName): boolean {
  return a.service === b.service && a.account === b.account;
}

/** Sorts by service, then account, by code unit: the same on every machine whatever its locale. */
export function compareNames(a: CredentialName, b: CredentialName): number {
  return compareTexts(a.service, b.service) || compareTexts(a.account, b.account);
}

/** Sorted, each once, and nothing of them but the name. */
export function sortUniqueNames(names: readonly CredentialName[]): readonly CredentialName[] {
  const sorted = names.map(({ service, account }) => ({ service, account })).sort(compareNames);
  return sorted.filter((name, index) => {
    // Stryker disable next-line ArithmeticOperator: of two equal names either may stay
    const before = sorted[index - 1];
    return before === undefined || !isSameName(before, name);
  });
}

/** By code unit. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function check(part: string, text: string): void {
  const fault = findFault(text);
  if (fault === undefined) return;
  throw new CredentialError('invalid-name', `the ${part} ${fault}`, {
    hint: `give it 1 to ${maxNameLength} characters of Unicode, none of them a NUL`,
  });
}

function findFault(text: string): string | undefined {
  if (text === '') return 'is empty';
  if (text.length > maxNameLength) return `is longer than ${maxNameLength} characters`;
  if (text.includes('\0')) return 'holds a NUL character';
  if (!text.isWellFormed()) return 'is not well-formed Unicode';
  return undefined;
}
