import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Executables } from '../../ports/tool-files.ts';
import { isExecutable, listCandidates } from '../process/installed.ts';

export interface ExecutablesOptions {
  readonly path: string | undefined;
  /** The path that this program was started with. */
  readonly started: string | undefined;
  /** The folder of the package. */
  readonly package: string;
}

/** Looks executables up on PATH, and our own ones also beside this program. */
export function createExecutables({ path = '', started = '', package: folder }: ExecutablesOptions): Executables {
  // npm puts these on PATH only for the programs that it runs.
  const isTemporary = (path: string) => basename(path) === '.bin' && basename(dirname(path)) === 'node_modules';
  const folders = path.split(delimiter).filter((path) => path !== '' && !isTemporary(path));
  const find = (name: string) => folders.flatMap((path) => listCandidates(path, name)).find(isExecutable);
  return {
    findOwn(name) {
      const found = find(name);
      if (found !== undefined) return { name, path: resolve(found), isOnPath: true };
      const beside = listCandidates(dirname(resolve(started)), name).find(isExecutable);
      const path = beside ?? join(folder, 'dist', 'bin', `${name}.cjs`);
      // What npx runs is in a cache, and disappears.
      const isCached = path.split(/[\\/]/).includes('_npx');
      if (!isCached && isExecutable(path)) return { name, path, isOnPath: false };
      throw new CredentialError(
        'command-not-found',
        `${name} is not installed${isCached ? ', only in a cache of npx' : ''}`,
        {
          hint: 'install keystow, and run this again: npm install --global keystow',
        },
      );
    },
    findOnPath: (name) => {
      const found = find(name);
      return found && resolve(found);
    },
  };
}
