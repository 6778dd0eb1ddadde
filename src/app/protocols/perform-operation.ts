import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, formatName, sortUniqueNames } from '../../domain/credential-name.ts';
import { isExpired } from '../../domain/placement/expiry.ts';
import { findEntry, sortNewestFirst } from '../../domain/placement/placement-index.ts';
import type {
  Candidates,
  Erase,
  Get,
  Protocol,
  ProtocolOperation,
  ProtocolStep,
  Reply,
  Store,
} from '../../domain/protocols/protocol.ts';
import { Secret } from '../../domain/secret.ts';
import { assertNever } from '../../domain/text/messages.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../credentials/delete-credential.ts';
import { findCredentials } from '../credentials/find-credential.ts';
import { decodeSecret, getCredential, readEntry } from '../credentials/get-credential.ts';
import { listCredentials } from '../credentials/list-credentials.ts';
import { setCredential } from '../credentials/set-credential.ts';
import { getAccessToken } from '../tokens/get-tokens.ts';
import { decodeBytes, encodeText, type ProtocolProcess } from './requests.ts';

/** Performs an operation, and returns what its outcome leads to. A failure rejects. */
export async function performOperation<R>(
  protocol: Protocol<R>,
  operation: ProtocolOperation<R>,
  context: Context,
  ask: ProtocolProcess['ask'],
): Promise<ProtocolStep<R>> {
  const { outcomes } = protocol;
  const { request } = operation;
  switch (operation.kind) {
    case 'get':
      return get(protocol, operation, context);
    case 'store':
      await store(protocol, operation, context);
      return outcomes.stored(request);
    case 'erase':
      return outcomes.erased(request, await erase(protocol, operation, context));
    case 'list':
      return require(outcomes.listed)(await listNewestFirst(context), request);
    case 'ask': {
      const { question, hidden } = operation;
      const answer = hidden ? await askHidden(context, question) : await ask(question, context.signal);
      return require(outcomes.answered)(answer, request);
    }
    default:
      return assertNever(operation);
  }
}

function require<T>(outcome: T | undefined): T {
  if (outcome === undefined) throw new Error('the protocol does not express this outcome');
  return outcome;
}

async function get<R>(protocol: Protocol<R>, { from, request }: Get<R>, context: Context): Promise<ProtocolStep<R>> {
  const { outcomes } = protocol;
  let lastResort: Reply | undefined;
  let isExpired = false;
  let expiryError: CredentialError | undefined;
  for await (const { name, usable, error } of readCandidates(context, from)) {
    if (usable === undefined) {
      isExpired = true;
      expiryError ??= error;
      continue;
    }
    const { secret, ...rest } = usable;
    const found = outcomes.found({ name, ...rest, text: decodeBytes(protocol, secret.expose()) }, request);
    if (found?.kind === 'lastResort') lastResort ??= found.reply;
    else if (found?.kind === 'expired') isExpired = true;
    else if (found !== undefined) return found;
  }
  return lastResort ?? (isExpired ? outcomes.expired(request, expiryError) : outcomes.notFound(request));
}

async function store<R>(protocol: Protocol<R>, operation: Store<R>, context: Context): Promise<void> {
  const { name, expiresAt, check, isOptional, isUnchanged, replacesOthers } = operation;
  if (isUnchanged || check) {
    const isRecorded = (await readEntry(context.placement, name)) !== undefined;
    const matches = (stored: Secret) => isUnchanged?.(decodeBytes(protocol, stored.expose()) ?? '') ?? false;
    if (isUnchanged && isRecorded && (await isStored(context, name, matches))) return;
    check?.(isRecorded);
  }
  const secret = new Secret(encodeText(protocol, operation.secret));
  try {
    await setCredential(context, name, secret, {
      allowEmpty: true,
      explains: 'failures',
      ...(expiresAt !== undefined && { expiresAt }),
    });
  } catch (error) {
    if (!isOptional || !(error instanceof CredentialError) || error.code === 'cancelled') throw error;
    return context.terminal.warn(`${formatName(name)} was not stored: ${error.message}`, error.hint);
  }
  if (!replacesOthers) return;
  const { placement } = await context.placement.read();
  const others = placement.filter(({ service, account }) => service === name.service && account !== name.account);
  for (const other of others) await deletePrevious(context, other);
}

async function isStored(
  context: Context,
  name: CredentialName,
  matches: (stored: Secret) => boolean,
): Promise<boolean> {
  try {
    const stored = await getCredential(context, name);
    return stored !== undefined && matches(stored);
  } catch (error) {
    // A credential that can't be read now can still be written, there or to another store.
    if (error instanceof CredentialError && error.code !== 'cancelled') return false;
    throw error;
  }
}

/** A failure is only a warning, because the new credential is stored and is the one that the client gets. */
async function deletePrevious(context: Context, name: CredentialName): Promise<void> {
  try {
    await deleteCredential(context, name);
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
    context.terminal.warn(`the previous login of ${name.account} was not removed: ${error.message}`);
  }
}

async function erase<R>(protocol: Protocol<R>, { from, matches }: Erase<R>, context: Context): Promise<number> {
  let count = 0;
  const remove = async (name: CredentialName) => {
    if ((await deleteCredential(context, name)).length > 0) count += 1;
  };
  if ('names' in from && matches === undefined) {
    for (const name of from.names) await remove(name);
    return count;
  }
  for await (const { name, secret } of readSecrets(context, from)) {
    if (matches?.({ name, text: decodeBytes(protocol, secret.expose()) }) ?? true) await remove(name);
  }
  return count;
}

/** Credentials that aren't recorded come last. */
async function listNewestFirst(context: Context): Promise<readonly CredentialName[]> {
  const { placement } = await context.placement.read();
  const names = sortUniqueNames(await listCredentials(context));
  return sortNewestFirst(names.map((name) => ({ ...name, ...findEntry(placement, name) })));
}

async function askHidden({ terminal, signal }: Context, question: string): Promise<string | undefined> {
  try {
    return decodeSecret(await terminal.askHidden(question, { signal }));
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'passphrase-required') return undefined;
    throw error;
  }
}

/** A stored credential. */
interface Candidate {
  readonly name: CredentialName;
  /** What a program can use now: of a token set, the access token. Missing if it has expired. */
  readonly usable?: { readonly secret: Secret; readonly expiresAt?: string };
  /** Why the tokens couldn't be renewed. Of any other expired credential, `getCredential` has warned. */
  readonly error?: CredentialError;
}

/** Yields the stored credentials among the candidates. Each is read when it's asked for. Rejects as a read does. */
async function* readCandidates(context: Context, candidates: Candidates): AsyncGenerator<Candidate, void, void> {
  for await (const { name, secret } of readSecrets(context, candidates)) yield toCandidate(context, name, secret);
}

/** Yields the secrets of the candidates, expired ones too. */
async function* readSecrets(
  context: Context,
  candidates: Candidates,
): AsyncGenerator<{ readonly name: CredentialName; readonly secret: Secret }, void, void> {
  if ('service' in candidates) return yield* findCredentials(context, candidates.service);
  for (const name of candidates.names) {
    const secret = await getCredential(context, name);
    if (secret !== undefined) yield { name, secret };
  }
}

async function toCandidate(context: Context, name: CredentialName, secret: Secret): Promise<Candidate> {
  try {
    const token = await getAccessToken(context, name, secret);
    if (token !== undefined) return token === 'removed' ? { name } : { name, usable: token };
  } catch (error) {
    if (error instanceof CredentialError && error.code === 'refresh-rejected') return { name, error };
    throw error;
  }
  const entry = await readEntry(context.placement, name);
  if (entry?.expiresAt === undefined) return { name, usable: { secret } };
  if (isExpired(entry, context.clock())) return { name };
  return { name, usable: { secret, expiresAt: entry.expiresAt } };
}
