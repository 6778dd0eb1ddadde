import { decodeSecret } from '../app/credentials/get-credential.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { exposeSecret, isBytes, Secret } from '../domain/secret.ts';

/** The error of `JSON.parse` quotes the text, so it's not the cause. */
export function parseJson<T>(text: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new CredentialError('invalid-input', 'the secret is not JSON', { hint: 'read its text with getText' });
  }
}

/** The error of `JSON.stringify` may be one of the value's own, which may quote the secret. */
export function formatJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value, rejectSecrets);
  } catch {}
  if (text !== undefined) return text;
  throw new CredentialError('invalid-input', 'JSON cannot represent the value, so nothing was stored', {
    hint: 'pass plain objects, arrays, strings, numbers, booleans and null',
  });
}

/** A secret would become the text `[secret]`. */
function rejectSecrets(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  if (exposeSecret(this[key]) !== undefined) throw new Error('a secret in JSON');
  return value;
}

/** Copies the bytes, because the caller may reuse its buffer before they are written. Anything else → `invalid-input`. */
export function copySecret(value: unknown): Secret {
  if (typeof value === 'string' && value.isWellFormed()) return new Secret(new Uint8Array(Buffer.from(value)));
  const bytes = exposeSecret(value) ?? (isBytes(value) ? value : undefined);
  if (bytes !== undefined) return new Secret(new Uint8Array(bytes));
  const fault = typeof value === 'string' ? 'is not well-formed Unicode' : `is ${describeType(value)}`;
  throw new CredentialError('invalid-input', `the secret ${fault}, so nothing was stored`, {
    hint: 'pass a string, a Uint8Array or a Secret',
  });
}

/** Names the type of an invalid secret, and nothing of its content. */
function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  const name = /^\[object (Promise|ArrayBuffer|SharedArrayBuffer|DataView|\w+Array)\]$/.exec(
    Object.prototype.toString.call(value),
  );
  return `of type ${name?.[1] ?? 'object'}`;
}

export function requireText(secret: Secret): string {
  const text = decodeSecret(secret);
  if (text !== undefined) return text;
  throw new CredentialError('invalid-input', 'the secret is not UTF-8 text', { hint: 'read its bytes with get' });
}
