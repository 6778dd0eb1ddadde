import type { Context } from './context.ts';

/** Rejects settings that no choice could be made from, before anything is touched: rows 1 and 4. */
export async function checkPolicy({ settings: { policy }, where, stores }: Context): Promise<void> {
  // Rows 2, 3 and 5 end at the file: a read need not load what would say so.
  if (policy.preference === 'auto' || policy.preference === 'file') return;
  const { initial } = await import('../domain/selection.ts');
  const [state] = initial(policy, stores.candidates);
  if (state.status === 'refused' && state.code !== 'keyring-required') {
    const { refusalError } = await import('./refusal.ts');
    throw refusalError(state, policy, where);
  }
}
