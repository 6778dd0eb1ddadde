import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Whether a program is in one of the folders of `path`, the variable `PATH`. Only absolute folders count. */
export function isInstalled(program: string, path = ''): boolean {
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.some((folder) => listCandidates(folder, program).some(isExecutable));
}

/** The files in a folder that run if the user types `name`. On POSIX, one of ours may be there with its suffix. */
export function listCandidates(folder: string, name: string): readonly string[] {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['', '.cjs'];
  return suffixes.map((suffix) => join(folder, `${name}${suffix}`));
}

export function isExecutable(path: string): boolean {
  try {
    if (process.platform === 'win32') return existsSync(path);
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
