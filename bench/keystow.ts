import { resolve } from 'node:path';
import { name } from './homes.ts';
import type { Subject } from './measure.ts';

/** Starts keystow through node, the way `node -e 0` is started. */
export function keystow(label: string, args: readonly string[], env: Subject['env'], input?: string): Subject {
  const argv = [process.execPath, resolve('dist/bin/keystow.cjs'), ...args];
  return { name: label, argv, env, ...(input !== undefined && { input }) };
}

export function get(label: string, env: Subject['env']): Subject {
  return keystow(label, ['get', name.service, name.account], env);
}

export const nodeAlone = (env: Subject['env']): Subject => ({
  name: '`node -e 0`',
  argv: [process.execPath, '-e', '0'],
  env,
});
