import { CredentialError } from '../credential-error.ts';
import { type CredentialName, isValidName } from '../credential-name.ts';
import { Secret } from '../secret.ts';
import { computeBase64Length, decodeBase64, encodeUtf8, isObject, parseJson } from '../text/encodings.ts';

/** A credential to move from one place to another. Times are in the format of `Date.prototype.toISOString`. */
export interface TransferredCredential extends CredentialName {
  readonly secret: Secret;
  readonly store?: string;
  readonly writtenAt?: string;
  readonly expiresAt?: string;
}

const exportFormat = 'keystow-export';
const exportVersion = 1;

/** Serialises an export: docs/export.md. `decode` returns the text of UTF-8, `encode` base64 (RFC 4648 §4). */
export function serialiseExport(
  credentials: readonly TransferredCredential[],
  exportedAt: string,
  { decode, encode }: { decode(secret: Secret): string | undefined; encode(bytes: Uint8Array): string },
): string {
  const entries = credentials.map(({ service, account, secret, store, writtenAt, expiresAt }) => {
    const text = decode(secret);
    const value = text === undefined ? { secretBase64: encode(secret.expose()) } : { secret: text };
    return JSON.stringify({ service, account, ...value, store, writtenAt, expiresAt });
  });
  const head = JSON.stringify({ format: exportFormat, version: exportVersion, exportedAt }).slice(0, -1);
  return `${head},"credentials":[\n${entries.join(',\n')}\n]}\n`;
}

/**
 * Parses an export. Throws, without repeating any of it:
 *
 * - not JSON, truncated, another program's, or with an invalid credential → `invalid-input`
 * - of a later version → `file-version`
 */
export function parseExport(text: string): readonly TransferredCredential[] {
  const fields = parseJson(text);
  if (!isObject(fields) || fields.format !== exportFormat) throw invalidExportError('is not an export of keystow');
  const { version, credentials } = fields;
  if (!Number.isSafeInteger(version) || Number(version) < 1) throw invalidExportError('has no valid version');
  if (version !== exportVersion) {
    throw new CredentialError('file-version', `the export has version ${version}, and this keystow reads version 1`, {
      hint: 'update keystow',
    });
  }
  if (!Array.isArray(credentials)) throw invalidExportError('has no list of credentials');
  return credentials.map((entry, index) => {
    const credential = parseCredential(entry);
    if (credential === undefined) throw invalidExportError(`has an invalid credential: number ${index + 1}`);
    return credential;
  });
}

function parseCredential(entry: unknown): TransferredCredential | undefined {
  if (!isObject(entry)) return undefined;
  const { service, account, secret: text, secretBase64, store, writtenAt, expiresAt } = entry;
  // Stryker disable next-line ConditionalExpression,LogicalOperator: a part that isn't text makes the name invalid too
  if (typeof service !== 'string' || typeof account !== 'string' || !isValidName({ service, account }))
    return undefined;
  const bytes = parseSecret(text, secretBase64);
  if (bytes === undefined) return undefined;
  for (const time of [writtenAt, expiresAt]) if (time !== undefined && !isTime(time)) return undefined;
  return {
    service,
    account,
    secret: new Secret(bytes),
    ...(typeof store === 'string' && { store }),
    ...(typeof writtenAt === 'string' && { writtenAt }),
    ...(typeof expiresAt === 'string' && { expiresAt }),
  };
}

function parseSecret(text: unknown, base64: unknown): Uint8Array | undefined {
  if (typeof text === 'string' && base64 === undefined)
    return text.isWellFormed() ? toBytes(encodeUtf8(text)) : undefined;
  if (text !== undefined || typeof base64 !== 'string' || computeBase64Length(base64) === undefined) return undefined;
  // Stryker disable next-line StringLiteral: computeBase64Length has accepted the text
  const bytes = decodeBase64(base64) ?? '';
  return toBytes(bytes);
}

function toBytes(bytes: string): Uint8Array {
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

function isTime(value: unknown): boolean {
  const time = Date.parse(String(value));
  return !Number.isNaN(time) && new Date(time).toISOString() === value;
}

function invalidExportError(why: string): CredentialError {
  return new CredentialError('invalid-input', `the file ${why}`, {
    hint: 'use a file that keystow export has written: docs/export.md',
  });
}
