import { initial } from '../domain/selection.ts';
import type { Context } from './context.ts';

/** Rejects settings that no choice could be made from, before anything is touched: rows 1 and 4. */
export async function checkPolicy({ settings: { policy }, where, stores }: Context): Promise<void> {
  const [state] = initial(policy, stores.candidates);
  if (state.status === 'refused' && state.code !== 'keyring-required') {
    const { refusalError } = await import('./refusal.ts');
    throw refusalError(state, policy, where);
  }
}
