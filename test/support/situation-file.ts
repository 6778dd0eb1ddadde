import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file that the situations in containers are brought up with: a provider is set up in one way everywhere. */
export function situationPath(name: string): string {
  return join(import.meta.dirname, '../../docker/common', name);
}

/** Its text. Words in capitals stand for what differs. */
export function readSituationFile(name: string): string {
  return readFileSync(situationPath(name), 'utf8');
}
