import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Executables } from '../../ports/tool-files.ts';

/** Whether a program is in one of the folders of `path`, the variable `PATH`. Only absolute folders count. */
export function isInstalled(program: string, path = ''): boolean {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.some((folder) => listCandidates(folder, program).some(isExecutable));
}

/** The files in a folder that run if the user types `name`. On POSIX, one of ours may be there with its suffix. */
function listCandidates(folder: string, name: string): readonly string[] {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['', '.cjs'];
  return suffixes.map((suffix) => join(folder, `${name}${suffix}`));
}

function isExecutable(path: string): boolean {
  try {
    if (process.platform === 'win32') return existsSync(path);
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

interface ExecutablesOptions {
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
