import type { Repair } from '../../app/repair.ts';
import { storeNames } from '../../domain/store-id.ts';
import { shown } from '../shown.ts';

/** What was done about one credential, or why it was left. One line. */
export function repairLine(repair: Repair): string {
  const name = shown(repair);
  if (repair.outcome === 'left') return `left ${name} as it is: ${repair.explanation}`;
  return `mended ${name} (${repair.explanation}): ${deed(repair)}`;
}

function deed({ store, removedFrom }: Extract<Repair, { outcome: 'mended' }>): string {
  if (store === undefined) return 'forgotten';
  const kept = `kept in the ${storeNames[store]}`;
  if (removedFrom.length === 0) return `${kept}, and remembered so`;
  return `${kept}, removed from the ${removedFrom.map((id) => storeNames[id]).join(' and the ')}`;
}
