import { posix, win32 } from 'node:path';
import type { KnownFile } from '../../domain/sweep/known-file.ts';

/** What decides where tools keep their files. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** As in `process.platform`. */
  readonly platform: string;
  /** Absolute; `''` if it's unknown. */
  readonly home: string;
  /** The current folder, absolute. */
  readonly directory: string;
}

/** The absolute paths of a known file on this machine: none if it depends on a variable that isn't set. */
export function locateFile({ path, isList }: Pick<KnownFile, 'path' | 'isList'>, machine: Machine): readonly string[] {
  const expanded = expandPath(path, machine);
  if (expanded === undefined || expanded === '') return [];
  const { delimiter } = machine.platform === 'win32' ? win32 : posix;
  const paths = isList ? expanded.split(delimiter).filter((part) => part !== '') : [expanded];
  return paths.flatMap((part) => resolvePath(part, machine) ?? []);
}

/** Resolves `~/…` and relative paths. `undefined` if the home directory is needed and unknown. */
export function resolvePath(path: string, { platform, home, directory }: Machine): string | undefined {
  const { resolve, join } = platform === 'win32' ? win32 : posix;
  if (!/^~(?=[\\/]|$)/.test(path)) return resolve(directory, path);
  return home === '' ? undefined : join(home, path.slice(1));
}

/** Replaces `{NAME:-default}` and `{NAME}`; a default may contain another variable. npm accepts its variable in lower case too. */
function expandPath(path: string, machine: Pick<Machine, 'environment' | 'platform'>): string | undefined {
  // The innermost first.
  const [whole, name = '', , fallback] = /\{([A-Z_]+)(:-([^{}]*))?\}/.exec(path) ?? [];
  if (whole === undefined) return path;
  const { environment, platform } = machine;
  const key = platform === 'win32' ? findKey(environment, name) : name;
  const value = environment[key] || (name.startsWith('NPM_') && environment[name.toLowerCase()]) || fallback;
  if (value === undefined) return undefined;
  return expandPath(
    path.replace(whole, () => value),
    machine,
  );
}

function findKey(environment: Machine['environment'], name: string): string {
  return Object.keys(environment).find((key) => key.toUpperCase() === name) ?? name;
}
