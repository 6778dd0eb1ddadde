import { CredentialError } from '../domain/credential-error.ts';
import type { Secret } from '../domain/secret.ts';

/** A name that a variable can have. Anything else → `invalid-input`, which does not repeat it: it may hold a secret. */
export function parseVariableName(typed: string): string {
  if (/^[^=\0]+$/.test(typed)) return typed;
  throw new CredentialError('invalid-input', 'this is no name of an environment variable', {
    hint: '--env takes the name alone, such as TOKEN: its value is the secret',
  });
}

/** The secret as the value of a variable, exactly. What no variable can hold → `invalid-input`. */
export function toVariableValue(secret: Secret): string {
  const bytes = secret.expose();
  const fault = bytes.includes(0) ? 'holds a NUL byte' : undefined;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (fault === undefined) return text;
  } catch {}
  throw new CredentialError('invalid-input', `the secret ${fault ?? 'is not UTF-8 text'}, so no variable can hold it`, {
    hint: 'have the program read it from a pipe: keystow get SERVICE ACCOUNT | …',
  });
}
