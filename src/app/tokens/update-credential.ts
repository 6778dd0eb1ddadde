import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import { type Context, changedMeanwhileError } from '../context.ts';
import { getCredential } from '../credentials/get-credential.ts';
import { replaceCredential, type WriteResult } from '../credentials/set-credential.ts';

/**
 * Returns the new secret, or `undefined` to remove the credential. `current` is `undefined` if there's none. To change
 * nothing, return `current` itself, or throw.
 */
export type ChangeSecret = (current: Secret | undefined) => Secret | undefined | Promise<Secret | undefined>;

export interface UpdateOptions {
  /** Longest wait for another process that updates the credential and makes no progress. Default: 60 s. */
  readonly limitMs?: number;
  readonly allowEmpty?: boolean;
}

export type UpdateResult = WriteResult | 'removed' | 'unchanged';

/** How often `change` runs if others keep writing the credential without an update. */
const maxAttempts = 10;

/**
 * Replaces a secret by what `change` makes of it. Updates of one credential happen one after the other, in all processes
 * and whatever the store, so that none is lost.
 *
 * - somebody writes the credential meanwhile, without an update → `change` runs again, with what they wrote; after
 *   {@link maxAttempts} → `file-busy`
 * - `change` throws → rejects with the same error, and the old secret stays
 * - `change` returns an empty secret, without `allowEmpty` → `invalid-input`, and the old secret stays
 * - another process updates the credential for longer than the limit → `file-busy`, which names that process
 * - `change` updates the same credential → that update waits for this one until its limit
 */
export async function updateCredential(
  context: Context,
  name: CredentialName,
  change: ChangeSecret,
  { limitMs, allowEmpty = false }: UpdateOptions = {},
): Promise<UpdateResult> {
  const { renewal, signal } = context;
  return renewal.lockOf(name, limitMs)(
    async () => {
      for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
        const current = await getCredential(context, name);
        const next = await change(current);
        if (next === current) return 'unchanged';
        if (next?.expose().length === 0 && !allowEmpty) throw emptyError();
        const result = await replaceCredential(context, name, (now) => isSameSecret(now, current), next);
        if (result !== undefined) return result;
      }
      throw changedMeanwhileError(name);
    },
    { signal },
  );
}

function emptyError(): CredentialError {
  return new CredentialError('invalid-input', 'the new secret is empty, so the old one stays', {
    hint: 'to remove the credential, return undefined',
  });
}

function isSameSecret(one: Secret | undefined, other: Secret | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
