import { spawnSync } from 'node:child_process';

/** Why age(1) can't be used here, if it can't. */
export function missingAge(): string | undefined {
  return spawnSync('age', ['--version']).status === 0 ? undefined : 'age is not installed';
}
