import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the path of a file that containers also use, so that a provider is set up the same way everywhere. */
export function situationPath(name: string): string {
  return join(import.meta.dirname, '../../docker/common', name);
}

/** Returns its text. Words in capitals are placeholders. */
export function readSituationFile(name: string): string {
  return readFileSync(situationPath(name), 'utf8');
}
