import { TextDecoder, TextEncoder } from 'node:util';
import { type CredentialName, formatName } from '../../domain/credential-name.ts';
import { isExpired } from '../../domain/placement/expiry.ts';
import { findEntry, isSameRevision, type PlacementEntry } from '../../domain/placement/placement-index.ts';
import { Secret } from '../../domain/secret.ts';
import { type StoreId, storeNames } from '../../domain/store-id.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { Context, ReadContext } from '../context.ts';
import { checkPolicy, checkRequiredKeyring, getSearchOrder, openEnabledStore } from './enabled-stores.ts';

/**
 * Reads a secret from the store that it was written to, whatever the current settings prefer. If no store is recorded,
 * or the credential is missing there, reads it from the first other store that has it.
 *
 * - in no store → `undefined`; if the user requires a keyring, and none is usable → `keyring-required`
 * - the recorded store is unavailable → rejects, naming the store and the day of the write
 * - not found, and a store that might have it is unavailable → rejects with that store's error
 * - only another program's item matches → its secret, with a warning
 * - it has expired → its secret, with a warning
 */
export async function getCredential(context: Context, name: CredentialName): Promise<Secret | undefined> {
  await checkPolicy(context);
  const entry = await readEntry(context.placement, name);
  const secret = entry ? await getRecorded(context, entry) : await search(context, name, getSearchOrder(context));
  // Another process may have moved it from a store that we hadn't searched yet to one that we had.
  if (secret === undefined && !isSameRevision(entry, await readEntry(context.placement, name))) {
    return getCredential(context, name);
  }
  if (secret === undefined) await checkRequiredKeyring(context);
  else if (entry && isExpired(entry, context.clock())) warnExpired(context, entry);
  return secret;
}

function warnExpired({ terminal, profile }: Context, { service, account, expiresAt = '' }: PlacementEntry): void {
  const hint = profile.isEmbedded ? undefined : `store a new secret: ${profile.program} set SERVICE ACCOUNT`;
  terminal.warn(`${formatName({ service, account })} expired on ${expiresAt.slice(0, 10)}`, hint, 'expired');
}

/** Returns the text of a secret, or `undefined` if it isn't UTF-8. A byte order mark is part of the text. */
export function decodeSecret(secret: Secret): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(secret.expose());
  } catch {
    return undefined;
  }
}

/** Returns a secret with the UTF-8 bytes of a text. */
export function encodeSecret(text: string): Secret {
  return new Secret(new TextEncoder().encode(text));
}

/** Returns the recorded entry of a credential. */
export async function readEntry(
  placement: ReadContext['placement'],
  name: CredentialName,
): Promise<PlacementEntry | undefined> {
  return findEntry((await placement.read(name)).placement, name);
}

/** Reads a secret from the store that the placement file records, or from the first other store that has it. */
export async function getRecorded(context: ReadContext, entry: PlacementEntry): Promise<Secret | undefined> {
  const name = { service: entry.service, account: entry.account };
  try {
    const store = await openEnabledStore(context, entry.store);
    const secret = await store.get(name, operationOptions(context, name, entry.store));
    if (secret !== undefined) return secret;
  } catch (error) {
    const { withPlacement } = await import('./store-error.ts');
    throw withPlacement(error, entry, context);
  }
  const searched = [entry.store, ...entry.stale];
  const others = getSearchOrder(context).filter((store) => !searched.includes(store));
  return search(context, name, others);
}

async function search(
  context: ReadContext,
  name: CredentialName,
  order: readonly StoreId[],
): Promise<Secret | undefined> {
  const failures: unknown[] = [];
  for (const id of order) {
    try {
      const store = await openEnabledStore(context, id);
      const secret = await store.get(name, operationOptions(context, name, id));
      if (secret !== undefined) return secret;
    } catch (error) {
      const { isUnsupported, withFix } = await import('./store-error.ts');
      const { state } = await context.placement.read(name);
      if (!isUnsupported(error, id, state)) failures.push(withFix(error, id, context));
    }
  }
  if (failures.length > 0) throw failures[0];
  return undefined;
}

function operationOptions({ signal, terminal }: ReadContext, name: CredentialName, store: StoreId): OperationOptions {
  const onForeignItem = () =>
    terminal.warn(
      `${formatName(name)} was read from another program's item in the ${storeNames[store]}`,
      undefined,
      'other-program',
    );
  return { onForeignItem, ...(signal && { signal }) };
}
