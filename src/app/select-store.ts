import type { Selected } from '../domain/selection/selection.ts';
import { chooseStore } from './choose-store.ts';
import type { Context } from './context.ts';
import { selectionError } from './refusal.ts';
import { warningLine } from './warning-line.ts';

/**
 * Chooses the store for what is to be written, and warns of what was passed over. A choice that ends without a store →
 * rejects with the code of its refusal.
 */
export async function selectStore(context: Context): Promise<Selected> {
  const { settings, host, terminal } = context;
  const { selection } = await chooseStore(context, (about) => terminal.warn(warningLine(about, host)));
  if (selection.status === 'rejected') throw selectionError(selection, settings.policy, host);
  return selection;
}
