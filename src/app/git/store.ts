import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry } from '../../domain/placement/placement-index.ts';
import { type Attributes, findValue, parseBoolean } from '../../domain/protocols/git/attributes.ts';
import {
  hasCapability,
  matchesRequest,
  serialiseGitSecret,
  toGitName,
  toGitService,
} from '../../domain/protocols/git/git-credential.ts';
import { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { getCredential } from '../get-credential.ts';
import { setCredential } from '../set-credential.ts';
import { keptIn } from './kept-credentials.ts';

/**
 * Keeps a credential that has served git. git tells of every one that does, each time: where it is kept already, nothing
 * is written and no store is chosen.
 *
 * - `ephemeral` → not kept
 * - neither a user name and a password, nor a pre-encoded credential and its kind → `invalid-input`
 * - else as {@link setCredential}
 */
export async function storeForGit(context: Context, request: Attributes): Promise<void> {
  const name = toGitName(toGitService(request), findValue(request, 'username'));
  const has = (key: string) => findValue(request, key) !== undefined;
  if (has('credential') ? !has('authtype') : !has('username') || !has('password')) {
    throw new CredentialError('invalid-input', 'the request to store lacks a user name or a password');
  }
  if (
    parseBoolean(findValue(request, 'ephemeral')) ||
    (await wasGiven(request)) ||
    (await isKept(context, name, request))
  )
    return;
  await setCredential(context, name, new Secret(Buffer.from(serialiseGitSecret(request), 'latin1')));
}

async function wasGiven(request: Attributes): Promise<boolean> {
  if (!hasCapability(request, 'state')) return false;
  const { isMarked } = await import('./mark.ts');
  return isMarked(request);
}

async function isKept(context: Context, name: CredentialName, request: Attributes): Promise<boolean> {
  if (findEntry((await context.placement.read()).placement, name) === undefined) return false;
  try {
    const secret = await getCredential(context, name);
    return secret !== undefined && matchesRequest(keptIn(secret), request);
  } catch (error) {
    // What cannot be read now may still be written, there or elsewhere.
    if (error instanceof CredentialError && error.code !== 'cancelled') return false;
    throw error;
  }
}
