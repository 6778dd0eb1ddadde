import { type CredentialName, compareNames, toCredentialName } from '../credential-name.ts';
import { type StoreId, storeNames } from '../store-id.ts';
import { isObject, parseJson } from '../text/json.ts';
import type { PlacementEntry, PlacementIndex } from './placement-index.ts';

/** What a text turned out to be. */
export type ParsedPlacement =
  | { readonly kind: 'placement'; readonly placement: PlacementIndex }
  /** `why` continues "the placement file …". May be written over: what it held can be found again. */
  | { readonly kind: 'damaged'; readonly why: string }
  /** JSON of some other program. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'later-version'; readonly version: number };

const format = 'keystow-placement';
const version = 1;

export function serialisePlacement(placement: PlacementIndex): string {
  const rows = placement.map(({ service, account, store, writtenAt, stale }) => ({
    service,
    account,
    store,
    writtenAt,
    stale,
  }));
  return `${JSON.stringify({ format, version, credentials: rows }, undefined, 2)}\n`;
}

/** Total. Anything that is not wholly understood is `damaged`, never a part of it. */
export function parsePlacement(text: string): ParsedPlacement {
  const fields = parseJson(text);
  if (fields === undefined) return { kind: 'damaged', why: 'is cut short or is not JSON' };
  if (!isObject(fields)) return { kind: 'foreign' };
  const { format: kind, version: number, credentials: rows } = fields;
  if (kind !== format) return { kind: 'foreign' };
  if (!Number.isSafeInteger(number) || Number(number) < version) return { kind: 'damaged', why: 'has no version' };
  if (number !== version) return { kind: 'later-version', version: Number(number) };
  const credentials = Array.isArray(rows) ? rows.map(parseEntry) : [undefined];
  if (!credentials.every((record) => record !== undefined))
    return { kind: 'damaged', why: 'holds a record that keystow did not write' };
  if (!isInOrder(credentials) && !isInOrder(credentials.sort(compareNames)))
    return { kind: 'damaged', why: 'names a credential twice' };
  return { kind: 'placement', placement: credentials };
}

/** Sorted, each once: as it is written. */
function isInOrder(names: readonly CredentialName[]): boolean {
  return names.every((name, index) => index === 0 || compareNames(names[index - 1] as CredentialName, name) < 0);
}

function parseEntry(row: unknown): PlacementEntry | undefined {
  if (!isObject(row)) return undefined;
  const { service, account, store, writtenAt, stale } = row;
  if (
    // Stryker disable next-line ConditionalExpression,LogicalOperator: a name that isn't text is rejected below
    !isText(service) ||
    !isText(account) ||
    !isTime(writtenAt)
  )
    return undefined;
  if (!isStore(store) || !Array.isArray(stale) || !stale.every(isStore)) return undefined;
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
  return { service, account, store, writtenAt, stale };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

// Without `$`: Date rejects whatever follows the Z.
const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/;

/**
 * As `toISOString` gives it, for the years 0 to 9999: to call that would take a read 0.1 ms more. A day or an hour too many
 * is of another day.
 */
function isTime(value: unknown): value is string {
  return isText(value) && timeShape.test(value) && new Date(value).getUTCDate() === Number(value.slice(8, 10));
}

function isStore(value: unknown): value is StoreId {
  return isText(value) && Object.hasOwn(storeNames, value) && value !== 'keyutils';
}
