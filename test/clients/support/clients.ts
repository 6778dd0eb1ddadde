import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { describeStore } from '../../contract/require-stores.ts';

/** A program that asks keystow for credentials. */
export interface Client {
  /** Its name in `REQUIRE_STORES`. */
  readonly name: string;
  /** The folder of the program, for PATH. */
  readonly folder: string;
  /** Why it can't run here. */
  readonly missing: string | undefined;
}

export interface ClientOptions {
  /** The arguments that print its version. */
  readonly version?: readonly string[];
  /** The oldest version that has what the tests use, such as `1.74`. */
  readonly atLeast?: string;
}

/** Finds a program, also behind the shims of rustup and pyenv, which need the user's own home to work. */
export function findClient(name: string, { version = ['--version'], atLeast = '0' }: ClientOptions = {}): Client {
  const path = findOnPath(name);
  if (path === undefined) return { name, folder: '', missing: `${name} is not installed` };
  const found = findBehindShim(name) ?? path;
  const { stdout, stderr } = spawnSync(found, version, { encoding: 'utf8' });
  const [number] = /\d+(\.\d+)*/.exec(`${stdout}${stderr}`) ?? [];
  const isOld = number === undefined || compareVersions(number, atLeast) < 0;
  const missing = isOld ? `${name} ${number ?? ''} is older than ${atLeast}` : undefined;
  return { name, folder: dirname(found), missing };
}

/** Declares a suite that runs a client. If it's unavailable: see {@link describeStore}. */
export function describeClient(
  { name, missing }: Client,
  title: string,
  suite: () => void,
  alsoMissing?: string,
): void {
  describeStore(title, name, missing ?? alsoMissing, suite);
}

/** Daemons are in folders that an ordinary user's PATH doesn't have. */
function findOnPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function findBehindShim(name: string): string | undefined {
  return [
    ['rustup', 'which', name],
    ['pyenv', 'which', name],
  ]
    .map(([program = '', ...args]) => spawnSync(program, args, { encoding: 'utf8' }))
    .flatMap(({ status, stdout }) => (status === 0 ? [stdout.trim()] : []))
    .find((path) => path.startsWith('/'));
}

function compareVersions(left: string, right: string): number {
  return left.localeCompare(right, 'en', { numeric: true });
}
