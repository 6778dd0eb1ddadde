import type { DoctorReport } from '../../app/doctor.ts';
import { storeNames } from '../../domain/store-id.ts';
import type { Paint } from '../paint.ts';

/** What is to be done for each thing that one may want, on a line of its own to be copied; what is the same, once. */
export function fixes(
  { selection, inputs, divergences = [] }: Pick<DoctorReport, 'selection' | 'inputs'> & Partial<DoctorReport>,
  paint: Paint,
): string[] {
  const ways = new Map<string, string>();
  const offer = (goal: string, fix: string) => void (ways.has(fix) || ways.set(fix, goal));
  for (const { store, fix } of selection.skipped) {
    offer(store === 'keyutils' ? 'For a keyring that lasts' : `To use the ${storeNames[store]}`, fix);
  }
  if (selection.outcome === 'rejected') {
    if (selection.code === 'keyring-required')
      offer('To use the encrypted file', `unset ${inputs.host.storageVariable}`);
    else offer('To have a store chosen', selection.fix);
  }
  for (const { kind, fix } of divergences) {
    offer(kind === 'conflict' || kind === 'stale-only' ? 'To keep one copy' : 'To have one copy of each', fix);
  }
  return [...ways].flatMap(([fix, goal]) => ['', `${goal}:`, `    ${paint('strong', fix)}`]);
}
