import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly bin: Record<string, string>;
};

/** The names of the programs that the package installs. */
export const programs: readonly string[] = Object.keys(bin);

/** The built file that the package installs as `program`. */
export function findScript(program: string): string {
  const path = bin[program];
  if (path === undefined) throw new Error(`the package has no program ${program}`);
  return join(root, path);
}
