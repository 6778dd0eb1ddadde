import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findPackageFolder } from '../composition/environment.ts';

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(findPackageFolder(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
