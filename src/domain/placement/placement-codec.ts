import { type CredentialName, compareNames, toCredentialName } from '../credential-name.ts';
import type { FileRecord } from '../envelope/file-record.ts';
import { keySources } from '../profile.ts';
import { type StoreId, storeNames } from '../store-id.ts';
import { isObject, parseJson } from '../text/encodings.ts';
import type { PlacementEntry, PlacementIndex } from './placement-index.ts';

/** What {@link parsePlacement} found in a file. */
export type ParsedPlacement =
  | { readonly kind: 'placement'; readonly placement: PlacementIndex; readonly file?: FileRecord }
  /** `why` continues "the placement file …". The file may be overwritten, because the stores have all that it held. */
  | { readonly kind: 'damaged'; readonly why: string; readonly file?: FileRecord }
  /** JSON of another program. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'later-version'; readonly version: number };

const placementFormat = 'keystow-placement';
const placementVersion = 1;

/**
 * JSON with one credential per line. `file` comes before the credentials, so that it's found without parsing them, and
 * the checksum of the text after them. Version 0.1 wrote neither, ignores both, and drops them with its next write.
 */
export function serialisePlacement(index: PlacementIndex, file?: FileRecord): string {
  const lines = index.map((entry) => `\n${formatEntry(entry)}`);
  const text = `${formatHead(file)}${lines.join(',')}`;
  return `${text}${formatTail(text)}`;
}

export function formatHead(file: FileRecord | undefined): string {
  const head = JSON.stringify({
    format: placementFormat,
    version: placementVersion,
    ...(file && { file: formatFileRecord(file) }),
  });
  return `${head.slice(0, -1)},"credentials":[`;
}

/** `text` is all of the text before it. */
export function formatTail(text: string): string {
  return `\n],"check":${computeCheck(text)}}\n`;
}

/**
 * Parses the first line. Returns the other lines up to the last one as text, or `undefined` unless
 * {@link serialisePlacement} may have written the text. See {@link isIntact}.
 */
export function parseHead(text: string): { readonly lines: string; readonly file: FileRecord | undefined } | undefined {
  const end = text.lastIndexOf('\n', text.length - 2);
  const start = text.indexOf('\n');
  if (!text.startsWith(`{"format":"${placementFormat}","version":${placementVersion},`)) return undefined;
  if (!/\n\],"check":\d+\}\n/.test(text.slice(end))) return undefined;
  const fields = parseJson(`${text.slice(0, start)}]}`);
  return isObject(fields) ? { lines: text.slice(start, end), file: parseFileRecord(fields.file) } : undefined;
}

/** Returns whether nothing in the text has changed since {@link serialisePlacement} wrote it. */
export function isIntact(text: string): boolean {
  const end = text.lastIndexOf('\n', text.length - 2);
  return text.slice(end) === formatTail(text.slice(0, end));
}

/**
 * Finds one credential's entry by the beginning of its line, without parsing the others: ten thousand take longer than
 * opening the encrypted file. Damage elsewhere doesn't matter to an entry that's found. It's only absent if the whole text is
 * intact. Returns `undefined` if all of it has to be parsed.
 */
export function findLine(
  text: string,
  name: CredentialName,
): { readonly entry: PlacementEntry | undefined; readonly file: FileRecord | undefined } | undefined {
  const head = parseHead(text);
  if (head === undefined) return undefined;
  const { lines, file } = head;
  const start = lines.indexOf(formatBeginning(name));
  if (start < 0) return isIntact(text) ? { entry: undefined, file } : undefined;
  const end = lines.indexOf('\n', start + 1);
  const line = trimComma(lines.slice(start + 1, end === -1 ? undefined : end));
  const entry = parseEntry(parseJson(line));
  return entry && formatEntry(entry) === line ? { entry, file } : undefined;
}

/** No JSON string contains a line break, so this is found nowhere else. */
export function formatBeginning({ service, account }: CredentialName): string {
  return `\n${JSON.stringify({ service, account }).slice(0, -1)},`;
}

export function trimComma(lines: string): string {
  return lines.endsWith(',') ? lines.slice(0, -1) : lines;
}

function formatFileRecord({ keySource, written }: FileRecord): object {
  return { keySource, ...written, check: computeRecordCheck({ keySource, ...(written && { written }) }) };
}

/** A damaged record must not make an intact file look replaced. */
function computeRecordCheck({ keySource, written }: FileRecord): number {
  return computeCheck(`${keySource} ${written?.id} ${written?.counter}`);
}

/** FNV-1a, 32 bits, of the UTF-16 code units. Finds damage, not forgery. */
function computeCheck(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** Version 0.1 ignores `expiresAt`, and drops it with its next write of the entry. */
export function formatEntry({ service, account, store, writtenAt, stale, expiresAt }: PlacementEntry): string {
  return JSON.stringify({ service, account, store, writtenAt, stale, expiresAt });
}

/** Never throws. If any part of a file is invalid, the whole file is `damaged`; the record of the encrypted file may be left. */
export function parsePlacement(text: string): ParsedPlacement {
  const parsed = parseWhole(text);
  if (parsed.kind !== 'damaged') return parsed;
  const file = findFileRecord(text);
  return file ? { ...parsed, file } : parsed;
}

/** Finds the record in a damaged text, so that damage doesn't make a weaker file look right. */
function findFileRecord(text: string): FileRecord | undefined {
  const [, record = ''] = /"file":(\{[^{}]*\})/.exec(text) ?? [];
  // In a name, the quotation marks would be escaped.
  return (
    parseFileRecord(parseJson(record)) ?? (text.includes(passphraseMark) ? { keySource: 'passphrase' } : undefined)
  );
}

const passphraseMark = '"keySource":"passphrase"';

function parseWhole(text: string): ParsedPlacement {
  const fields = parseJson(text);
  if (fields === undefined) return { kind: 'damaged', why: 'is truncated or not JSON' };
  if (!isObject(fields)) return { kind: 'foreign' };
  const { format, version, credentials } = fields;
  if (format !== placementFormat) return { kind: 'foreign' };
  if (!Number.isSafeInteger(version) || Number(version) < placementVersion)
    return { kind: 'damaged', why: 'has no valid version' };
  if (version !== placementVersion) return { kind: 'later-version', version: Number(version) };
  const entries = Array.isArray(credentials) ? credentials.map(parseEntry) : [undefined];
  if (!entries.every((entry) => entry !== undefined)) return { kind: 'damaged', why: 'has an invalid entry' };
  if (!isSortedAndUnique(entries) && !isSortedAndUnique(entries.sort(compareNames)))
    return { kind: 'damaged', why: 'lists a credential twice' };
  const file = parseFileRecord(fields.file);
  return { kind: 'placement', placement: entries, ...(file && { file }) };
}

/**
 * Returns `undefined` for an invalid or damaged record, as for a missing one; but if a passphrase was required, it still is.
 */
function parseFileRecord(fields: unknown): FileRecord | undefined {
  if (!isObject(fields)) return undefined;
  const { keySource: name, id, counter } = fields;
  const keySource = keySources.find((known) => known === name);
  if (keySource === undefined) return undefined;
  const isWritten = isText(id) && Number.isSafeInteger(counter) && Number(counter) > 0;
  const record = { keySource, ...(isWritten && { written: { id, counter: Number(counter) } }) };
  if (fields.check === computeRecordCheck(record)) return record;
  return keySource === 'passphrase' ? { keySource } : undefined;
}

function isSortedAndUnique(names: readonly CredentialName[]): boolean {
  return names.every((name, index) => index === 0 || compareNames(names[index - 1] as CredentialName, name) < 0);
}

export function parseEntry(entry: unknown): PlacementEntry | undefined {
  if (!isObject(entry)) return undefined;
  const { service, account, store, writtenAt, stale, expiresAt } = entry;
  if (
    // Stryker disable next-line ConditionalExpression,LogicalOperator: a name that isn't text is rejected below
    !isText(service) ||
    !isText(account) ||
    !isTime(writtenAt) ||
    (expiresAt !== undefined && !isTime(expiresAt))
  )
    return undefined;
  if (!isStoreId(store) || !Array.isArray(stale) || !stale.every(isStoreId)) return undefined;
  if (
    // Stryker disable next-line ConditionalExpression,EqualityOperator: it only saves work
    stale.length > 0 &&
    new Set([store, ...stale]).size !== stale.length + 1
  )
    return undefined;
  try {
    toCredentialName(service, account);
  } catch {
    return undefined;
  }
  return { service, account, store, writtenAt, stale, ...(expiresAt !== undefined && { expiresAt }) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

// Without `$`: Date rejects anything after the Z.
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

/**
 * Whether a value is in the format of `toISOString`, for the years 0 to 9999. Comparing the day finds a day or hour that
 * does not exist, because Date moves it to another day; calling `toISOString` instead would be slower.
 */
function isTime(value: unknown): value is string {
  return isText(value) && timePattern.test(value) && new Date(value).getUTCDate() === Number(value.slice(8, 10));
}

function isStoreId(value: unknown): value is StoreId {
  return isText(value) && Object.hasOwn(storeNames, value) && value !== 'keyutils';
}
