import type { StoreId } from '../domain/store-id.ts';
import type { Context } from './context.ts';

/**
 * The stores that may hold a credential of which nothing is remembered, best first. A user who asked for the file, or
 * who disabled the keyring, does not have the keyring touched.
 */
export function searchOrder({ settings: { policy }, stores }: Context): readonly StoreId[] {
  if (policy.preference === 'file' || policy.keyringDisabled) return ['file'];
  return [...stores.candidates.filter((candidate) => candidate !== 'keyutils'), 'file'];
}
