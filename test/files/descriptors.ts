import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';

/** Returns the descriptor that the next file gets: the same as before if everything that was opened since was closed. */
export function findFreeDescriptor(): number {
  const descriptor = openSync(devNull, 'r');
  closeSync(descriptor);
  return descriptor;
}
