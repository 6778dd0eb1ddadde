import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the package, which lies two folders above in the source and in every build alike. */
export function packageFolder(): string {
  return resolve(fileURLToPath(new URL('../..', import.meta.url)));
}
