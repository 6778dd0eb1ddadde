import type { Context } from './context.ts';

/** Rejects settings that no choice could be made from, before anything is touched: rows 1 and 4. */
export async function checkPolicy({ settings: { policy }, host, stores }: Context): Promise<void> {
  // Rows 2, 3 and 5 end at the file: a read need not load what would say so.
  if (policy.preference === 'auto' || policy.preference === 'file') return;
  const { startSelection } = await import('../domain/selection/selection.ts');
  const [state] = startSelection(policy, stores.candidates);
  if (state.status === 'rejected' && state.code !== 'keyring-required') {
    const { selectionError } = await import('./refusal.ts');
    throw selectionError(state, policy, host);
  }
}
