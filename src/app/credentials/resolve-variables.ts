import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { getAccessToken } from '../tokens/get-tokens.ts';
import { decodeSecret, getCredential } from './get-credential.ts';

/** A variable for a child process, and the credential whose secret is its value. */
export interface VariableAssignment {
  readonly variable: string;
  readonly name: CredentialName;
  /** Where the user wrote it, for an error: `--env TOKEN`. */
  readonly source: string;
}

export interface ResolvedVariables {
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: readonly Secret[];
}

/**
 * Reads the secret of each variable. Rejects before anything runs:
 *
 * - there's no such credential → `not-found`, naming only the variable: the typed reference may be a secret
 * - a secret that no variable can have: with a NUL byte, or not UTF-8 → `invalid-input`
 * - the tokens of a token set can't be renewed → as {@link toUsableSecret}
 */
export async function resolveVariables(
  context: Context,
  assignments: readonly VariableAssignment[],
): Promise<ResolvedVariables> {
  const variables: Record<string, string> = {};
  const secrets: Secret[] = [];
  for (const { variable, name, source } of assignments) {
    const stored = await getCredential(context, name);
    const secret = stored && (await toUsableSecret(context, name, stored));
    if (secret === undefined) throw new CredentialError('not-found', `credential not found for ${source}`);
    variables[variable] = toVariableValue(secret);
    secrets.push(secret);
  }
  return { variables, secrets };
}

/**
 * Returns the access token of a token set, renewed if it has to be, and any other secret as it is. Rejects as
 * {@link getAccessToken} does. `undefined`: another process has removed the token set since it was read.
 */
export async function toUsableSecret(
  context: Context,
  name: CredentialName,
  secret: Secret,
): Promise<Secret | undefined> {
  const token = await getAccessToken(context, name, secret);
  return token === 'removed' ? undefined : (token?.secret ?? secret);
}

export function toVariableValue(secret: Secret): string {
  const containsNul = secret.expose().includes(0);
  const text = decodeSecret(secret);
  if (text !== undefined && !containsNul) return text;
  const problem = containsNul ? 'contains a NUL byte' : 'is not UTF-8 text';
  throw new CredentialError('invalid-input', `the secret ${problem}, so it cannot be the value of a variable`, {
    hint: 'pipe it into the program: keystow get SERVICE ACCOUNT | …',
  });
}
