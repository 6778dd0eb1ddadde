import { createHash } from 'node:crypto';
import type { CredentialName } from '../../domain/credential-name.ts';
import type { Item } from '../native/items.ts';
import type { Slot } from '../native/manifest.ts';

/** Pieces have a service of their own, so that no listing of another shows them. */
const pieces = 'keystow pieces';

/** Services and accounts are kept as they are, so that Keychain Access and `security` find them. */
export function itemOf({ service, account }: CredentialName): Item {
  return { service: keptService(service), user: account };
}

export function pieceOf({ service, account }: CredentialName, slot: Slot, index: number): Item {
  // A name holds no NUL.
  const hash = createHash('sha256').update(`${service}\0${account}`).digest('hex');
  return { service: pieces, user: `${hash}-${slot}-${index}` };
}

/** The service itself. The one that is taken, with any number of `!` after it, has one more: so no two become one. */
export function keptService(service: string): string {
  return /^keystow pieces!*$/.test(service) ? `${service}!` : service;
}
