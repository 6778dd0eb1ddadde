import { initial } from '../domain/selection.ts';
import type { Context } from './context.ts';
import { refusalError } from './refusal.ts';

/** Rejects settings that no choice could be made from, before anything is touched: rows 1 and 4. */
export function checkPolicy({ settings: { policy }, profile, where, stores }: Context): void {
  const [state] = initial(policy, stores.candidates);
  if (state.status === 'refused' && state.code !== 'keyring-required') {
    throw refusalError(state, policy, profile, where);
  }
}
