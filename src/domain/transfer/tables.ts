import { CredentialError } from '../credential-error.ts';
import { type CredentialName, isValidName } from '../credential-name.ts';
import { parseExpiry } from '../placement/expiry.ts';

/** A credential from a table or from variables, with its secret as text. */
export interface ImportedText extends CredentialName {
  readonly secret: string;
  readonly expiresAt?: string;
}

/** A row or a variable that isn't imported, and why. Never contains a secret. */
export interface RejectedRow {
  /** For people: `row 3`, or the name of a variable. */
  readonly where: string;
  readonly reason: string;
}

export interface ParsedRows {
  readonly credentials: readonly ImportedText[];
  readonly rejected: readonly RejectedRow[];
}

/** The names of columns, in lower case and without separators, for each part of a credential. The first that exists counts. */
const columns = {
  service: ['service', 'url', 'loginuri', 'website', 'uri', 'host', 'title', 'name'],
  account: ['account', 'username', 'loginusername', 'login', 'user', 'email'],
  secret: ['secret', 'password', 'loginpassword', 'token'],
  expiry: ['expires', 'expiresat'],
} as const;

/**
 * Finds the credentials in the rows of a CSV file, the first of which names the columns. Knows keystow's own columns (service,
 * account, secret, expires) and those that Chrome, Edge, Firefox, Safari, Bitwarden, 1Password, LastPass and KeePassXC export.
 * If the name is a URL, the service is its host, with the port if it has one.
 *
 * - no column for a service or a secret → `invalid-input`
 * - a row without a service or a secret, with an invalid name, or with a name that another row has with another secret →
 *   rejected. Rows that say the same count once
 */
export function parseRows(rows: readonly (readonly string[])[], now: string): ParsedRows {
  // Stryker disable next-line ArrayDeclaration: a row without such columns is the same
  const [header = [], ...body] = rows;
  const find = (names: readonly string[]) => {
    const titles = header.map((title) => title.toLowerCase().replace(/[\s_-]/g, ''));
    return names.map((name) => titles.indexOf(name)).filter((index) => index >= 0);
  };
  const [services, [account], [secret], [expiry]] = [
    find(columns.service),
    find(columns.account),
    find(columns.secret),
    find(columns.expiry),
  ];
  if (services.length === 0 || secret === undefined) {
    throw new CredentialError('invalid-input', 'the first row names no columns for the service and the secret', {
      hint: 'name the columns in the first row: service,account,secret',
    });
  }
  return collect(
    body.map((row, index) => {
      // Browsers leave the URL empty for some entries, and have a name besides.
      const service = services.map((column) => toService(row[column] ?? '')).find((text) => text !== '') ?? '';
      const where = `row ${index + 2}`;
      const read = (column: number | undefined) => (column === undefined ? '' : (row[column] ?? ''));
      return { where, service, account: read(account), secret: read(secret), expires: read(expiry) };
    }),
    now,
  );
}

/** Takes each variable for a credential of one service, with the variable's name as the account. References are left out. */
export function parseVariables(
  variables: ReadonlyMap<string, string>,
  service: string,
  isReference: (value: string) => boolean,
): ParsedRows {
  const entries = [...variables].map(([account, secret]) => ({
    where: account,
    service,
    account,
    secret,
    expires: '',
  }));
  return collect(
    entries.filter(({ secret }) => !isReference(secret)),
    // Stryker disable next-line StringLiteral: no variable has a time
    '',
  );
}

function collect(
  entries: readonly (ImportedText & { readonly where: string; readonly expires: string })[],
  now: string,
): ParsedRows {
  const credentials = new Map<string, ImportedText>();
  const rejected: RejectedRow[] = [];
  for (const { where, service, account, secret, expires } of entries) {
    const key = `${service}\0${account}`;
    const earlier = credentials.get(key);
    const fault = findFault({ service, account }, secret, earlier);
    const expiry = toExpiry(expires, now);
    if (fault !== undefined) rejected.push({ where, reason: fault });
    else if (expiry === undefined) rejected.push({ where, reason: 'has an invalid time of expiry' });
    else if (earlier === undefined) credentials.set(key, { service, account, secret, ...expiry });
  }
  return { credentials: [...credentials.values()], rejected };
}

function findFault(name: CredentialName, secret: string, earlier: ImportedText | undefined): string | undefined {
  if (name.service === '') return 'has no service';
  if (secret === '') return 'has no secret';
  if (!isValidName(name)) return 'has an invalid name';
  if (!secret.isWellFormed()) return 'is not valid Unicode';
  return earlier !== undefined && earlier.secret !== secret ? 'has another secret than an earlier row' : undefined;
}

function toExpiry(text: string, now: string): { readonly expiresAt?: string } | undefined {
  if (text === '') return {};
  try {
    return { expiresAt: parseExpiry(text, now) };
  } catch {
    return undefined;
  }
}

/** The host of a URL, with its port if it has one. Anything else as it is. Without `URL`, which isn't part of the language. */
function toService(text: string): string {
  const host = /^[a-z][a-z\d+.-]*:\/\/(?:[^/?#@]*@)?([^/?#]+)/i.exec(text)?.[1];
  return host === undefined ? text.trim() : host.toLowerCase();
}
