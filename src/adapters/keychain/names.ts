import { createHash } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { ChunkSlot } from '../native/chunks.ts';
import type { Item } from '../native/items.ts';

/**
 * Largest secret of one item, in bytes. Apple documents no limit for the file-based keychain, which the binding uses.
 * securityd's other keychain calls 4 KiB "extremely luxurious" (SecDbKeychainItem), and programs are known to store 20 KB
 * in one item of this one. A larger secret is stored in chunks, so that nothing depends on the limit.
 */
export const maxItemBytes = 64 * 1024;

/** Chunks have a service of their own, so that they are not listed with any other. Stored, so it keeps the old word. */
const chunkService = 'keystow pieces';

/** Service and account are stored unchanged, so that Keychain Access and `security` find them. */
export function toItem({ service, account }: CredentialName): Item {
  return { service: toItemService(service), user: account };
}

export function toChunkItem({ service, account }: CredentialName, slot: ChunkSlot, index: number): Item {
  // A name cannot contain a NUL.
  const hash = createHash('sha256').update(`${service}\0${account}`).digest('hex');
  return { service: chunkService, user: `${hash}-${slot}-${index}` };
}

/**
 * Returns the service itself, except that the service of the chunks gets a `!`. So does that service with any number of
 * `!` after it, because otherwise two services would become the same.
 */
export function toItemService(service: string): string {
  return /^keystow pieces!*$/.test(service) ? `${service}!` : service;
}
