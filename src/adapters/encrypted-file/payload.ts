import { isUtf8 } from 'node:buffer';
import { type CredentialName, compareNames, isValidName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { computeBase64Length } from '../../domain/text/base64.ts';
import { parseJson } from '../../domain/text/json.ts';
import { decodeBase64 } from './seal.ts';

type Row = readonly [service: string, account: string, secretBase64: string];

/** All credentials of a file. Each secret stays base64 until it's read. */
export class Payload {
  /** Keyed by service, NUL, account: no two names share that, as a name contains no NUL. */
  readonly #rows = new Map<string, Row>();

  /** Returns `undefined` unless every row is valid and no name occurs twice. */
  static parse(bytes: Buffer): Payload | undefined {
    const rows = isUtf8(bytes) ? parseJson(bytes.toString()) : undefined;
    if (!Array.isArray(rows) || !rows.every(isRow) || !areBase64(rows.map((row) => row[2]))) return undefined;
    const payload = new Payload();
    for (const row of rows) payload.#rows.set(toKey(row[0], row[1]), row);
    return payload.#rows.size === rows.length ? payload : undefined;
  }

  /** Returns JSON in UTF-8: a list of `[service, account, secret in base64]`, sorted by name. */
  serialise(): Buffer {
    const rows = this.names().map(({ service, account }) => this.#rows.get(toKey(service, account)));
    return Buffer.from(JSON.stringify(rows));
  }

  /** Sorted. */
  names(): readonly CredentialName[] {
    return [...this.#rows.values()].map(([service, account]) => ({ service, account })).sort(compareNames);
  }

  has({ service, account }: CredentialName): boolean {
    return this.#rows.has(toKey(service, account));
  }

  get({ service, account }: CredentialName): Secret | undefined {
    const row = this.#rows.get(toKey(service, account));
    return row && new Secret(new Uint8Array(Buffer.from(row[2], 'base64')));
  }

  set({ service, account }: CredentialName, secret: Secret): void {
    const base64 = Buffer.from(secret.expose()).toString('base64');
    this.#rows.set(toKey(service, account), [service, account, base64]);
  }

  /** Returns whether the credential existed. */
  delete({ service, account }: CredentialName): boolean {
    return this.#rows.delete(toKey(service, account));
  }
}

function toKey(service: string, account: string): string {
  return `${service}\0${account}`;
}

function isRow(row: unknown): row is Row {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [service, account, secret]: unknown[] = row;
  if (typeof service !== 'string' || typeof account !== 'string' || typeof secret !== 'string') return false;
  return isValidName({ service, account });
}

/**
 * Returns whether each text is canonical base64. The digits of all texts but their last four are checked together, which
 * makes a read from a large file faster.
 */
function areBase64(texts: readonly string[]): boolean {
  const digits = texts.map((text) => text.slice(0, -4)).join('');
  const isEnd = (text: string) => text.length % 4 === 0 && computeBase64Length(text.slice(-4)) !== undefined;
  return !digits.includes('=') && decodeBase64(digits) !== undefined && texts.every(isEnd);
}
