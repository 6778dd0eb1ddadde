import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry } from '../../domain/placement/placement-index.ts';
import {
  type Attributes,
  buildGitAnswer,
  findValue,
  findValues,
  hasCapability,
  isGitSecretExpired,
  isRejected,
  matchesRequest,
  parseBoolean,
  parseGitSecret,
  parseGitUsername,
  serialiseGitSecret,
  toGitName,
  toGitService,
} from '../../domain/protocols/git-credential.ts';
import { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../credentials/delete-credential.ts';
import { findCredentials } from '../credentials/find-credentials.ts';
import { getCredential } from '../credentials/get-credential.ts';
import { setCredential } from '../credentials/set-credential.ts';

/**
 * Returns the answer to git's `get`, or no attributes if there's no usable credential. A credential that can be used
 * now is preferred to one that only has a refresh token.
 */
export async function getForGit(context: Context, request: Attributes): Promise<Attributes> {
  const nowMs = Date.parse(context.clock());
  let renewable: Attributes = [];
  for await (const { name, attributes } of findForGit(context, request)) {
    const answer = buildGitAnswer(request, parseGitUsername(name), attributes, nowMs);
    if (answer?.kind === 'usable') return addStateMark(request, answer.attributes);
    if (answer !== undefined && renewable.length === 0) renewable = answer.attributes;
  }
  return renewable;
}

/**
 * Stores a credential that worked for git. Git sends every one that worked, every time, so a credential that's already
 * stored isn't written again, and no store is selected for it.
 *
 * - `ephemeral` → not stored
 * - neither user name and password, nor authtype and credential → `invalid-input`
 * - the password or the credential is empty → `invalid-input`, unless `allowEmpty`, or the user name is empty too, and
 *   nothing is stored for it: git signs in like that where Kerberos does the rest (`http.emptyAuth`)
 * - otherwise as {@link setCredential}
 */
export async function storeForGit(
  context: Context,
  request: Attributes,
  { allowEmpty = false }: { readonly allowEmpty?: boolean } = {},
): Promise<void> {
  const name = toGitName(toGitService(request), findValue(request, 'username'));
  const has = (key: string) => findValue(request, key) !== undefined;
  if (has('credential') ? !has('authtype') : !has('username') || !has('password')) {
    throw new CredentialError('invalid-input', 'the user name or the password is missing from the request');
  }
  if (parseBoolean(findValue(request, 'ephemeral')) || hasStateMark(request)) return;
  if (await isStored(context, name, request)) return;
  if (!findValue(request, has('credential') ? 'credential' : 'password') && !allowEmpty) {
    await rejectEmpty(context, name, request);
  }
  const secret = new Secret(Buffer.from(serialiseGitSecret(request), 'latin1'));
  await setCredential(context, name, secret, { allowEmpty: true, explains: 'failures' });
}

async function rejectEmpty(context: Context, name: CredentialName, request: Attributes): Promise<void> {
  const isStored = findEntry((await context.placement.read(name)).placement, name) !== undefined;
  if (findValue(request, 'username') === '' && !isStored) return;
  throw new CredentialError('invalid-input', 'the password is empty, so nothing was stored', {
    hint: "to store empty passwords: git config --global credential.helper 'keystow --allow-empty'",
  });
}

/**
 * Deletes the credentials that git rejected: the named user's, or every user's of that host. If git says which password
 * or credential it tried, any other one is kept: another program may have stored a better one meanwhile.
 */
export async function eraseForGit(context: Context, request: Attributes): Promise<void> {
  for await (const { name, attributes } of findForGit(context, request)) {
    if (isRejected(attributes, request)) await deleteCredential(context, name);
  }
}

/** The credentials that a request is about: the named user's, or every user's of that host, newest first. */
async function* findForGit(
  context: Context,
  request: Attributes,
): AsyncGenerator<{ readonly name: CredentialName; readonly attributes: Attributes }, void, void> {
  const service = toGitService(request);
  const username = findValue(request, 'username');
  if (username === undefined) {
    for await (const { name, secret } of findCredentials(context, service)) {
      yield { name, attributes: parseSecret(secret) };
    }
    return;
  }
  const name = toGitName(service, username);
  const secret = await getCredential(context, name);
  if (secret !== undefined) yield { name, attributes: parseSecret(secret) };
}

async function isStored(context: Context, name: CredentialName, request: Attributes): Promise<boolean> {
  if (findEntry((await context.placement.read(name)).placement, name) === undefined) return false;
  try {
    const secret = await getCredential(context, name);
    if (secret === undefined) return false;
    const stored = parseSecret(secret);
    // An expired one isn't returned to git, so the same password with a new expiry, or with none, replaces it.
    return !isGitSecretExpired(stored, Date.parse(context.clock())) && matchesRequest(stored, request);
  } catch (error) {
    // A credential that can't be read now can still be written, there or to another store.
    if (error instanceof CredentialError && error.code !== 'cancelled') return false;
    throw error;
  }
}

function parseSecret(secret: Secret): Attributes {
  return parseGitSecret(Buffer.from(secret.expose()).toString('latin1'));
}

/** Distinguishes our `state[]` from those of other helpers. */
const markPrefix = 'keystow.given=';

/** Git sends `state[]` back with `store`, which shows that the credential came from us and hasn't changed. */
function addStateMark(request: Attributes, answer: Attributes): Attributes {
  if (!hasCapability(request, 'state')) return answer;
  return [['capability[]', 'state'], ...answer, ['state[]', createStateMark(answer)]];
}

function hasStateMark(request: Attributes): boolean {
  if (!hasCapability(request, 'state')) return false;
  const marks = findValues(request, 'state[]').filter((state) => state.startsWith(markPrefix));
  return marks.length > 0 && marks.includes(createStateMark(request));
}

/** A hash, because git shows the state to every helper that it calls afterwards. */
function createStateMark(credential: Attributes): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const parts = [findValue(credential, 'username'), serialiseGitSecret(credential)];
  return markPrefix + createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
