import { isUtf8 } from 'node:buffer';
import { type CredentialName, compareNames, toCredentialName } from '../../domain/credential-name.ts';
import { Secret } from '../../domain/secret.ts';
import { decodedBase64Length } from '../../domain/text/base64.ts';
import { parseJson } from '../../domain/text/json.ts';

/** All credentials of a file. Secrets stay base64 until one is asked for. */
export class Payload {
  /** Service, NUL, account, which no two names share → the credential. */
  readonly #entries = new Map<string, Entry>();

  /** What was sealed; `undefined` unless it is a payload in every part. */
  static parse(bytes: Uint8Array): Payload | undefined {
    const rows = isUtf8(bytes)
      ? parseJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString())
      : undefined;
    if (!Array.isArray(rows)) return undefined;
    const payload = new Payload();
    for (const row of rows) {
      const entry = parseEntry(row);
      const { size } = payload.#entries;
      if (entry !== undefined) payload.#entries.set(toKey(entry.name), entry);
      // No row, or one whose name there is already.
      if (payload.#entries.size === size) return undefined;
    }
    return payload;
  }

  /** JSON, UTF-8: a list of `[service, account, secret in base64]`, sorted by name. */
  serialise(): Buffer {
    return Buffer.from(JSON.stringify(this.#sorted().map(({ name, secret }) => [name.service, name.account, secret])));
  }

  names(): readonly CredentialName[] {
    return this.#sorted().map(({ name }) => name);
  }

  has(name: CredentialName): boolean {
    return this.#entries.has(toKey(name));
  }

  get(name: CredentialName): Secret | undefined {
    const entry = this.#entries.get(toKey(name));
    return entry && toSecret(entry.secret);
  }

  set({ service, account }: CredentialName, secret: Secret): void {
    const name = { service, account };
    this.#entries.set(toKey(name), { name, secret: Buffer.from(secret.expose()).toString('base64') });
  }

  /** Whether there was one. */
  delete(name: CredentialName): boolean {
    return this.#entries.delete(toKey(name));
  }

  #sorted(): readonly Entry[] {
    return [...this.#entries.values()].sort((a, b) => compareNames(a.name, b.name));
  }
}

interface Entry {
  readonly name: CredentialName;
  readonly secret: string;
}

/**
 * The secret of one credential in what was sealed, found by the text that its row begins with, because to parse a thousand
 * takes 5 ms. That text is nowhere else: a quote in a name is escaped, and a secret, being base64, holds no comma.
 * `undefined`: it is not there.
 */
export function findSecret(bytes: Buffer, { service, account }: CredentialName): Secret | undefined {
  const text = bytes.toString();
  const beginning = `${JSON.stringify([service, account]).slice(0, -1)},"`;
  const found = text.indexOf(beginning);
  const start = found + beginning.length;
  const end = text.indexOf('"]', start);
  if (found < 0 || end < 0) return undefined;
  const secret = text.slice(start, end);
  return decodedBase64Length(secret) === undefined ? undefined : toSecret(secret);
}

function toSecret(base64: string): Secret {
  return new Secret(new Uint8Array(Buffer.from(base64, 'base64')));
}

function toKey({ service, account }: CredentialName): string {
  return `${service}\0${account}`;
}

function parseEntry(row: unknown): Entry | undefined {
  if (!Array.isArray(row) || row.length !== 3) return undefined;
  const [service, account, secret] = row;
  if (typeof secret !== 'string' || decodedBase64Length(secret) === undefined) return undefined;
  try {
    return { name: toCredentialName(service, account), secret };
  } catch {
    return undefined;
  }
}
