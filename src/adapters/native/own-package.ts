import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Finds an installed package without leaving the tree that a package manager installed: the folders of the package that
 * `from` is part of, and the `node_modules` folders that contain that package. Returns the folder, or `undefined`.
 *
 * Node's own search goes on to the `node_modules` of every folder above, such as `/tmp/node_modules`, then to NODE_PATH and to
 * the home directory. Other users may be able to write there.
 */
export function findOwnPackage(name: string, from: string): string | undefined {
  const start = realpathSync(from);
  const root = findPackageRoot(start);
  for (let folder = start, isInside = true; ; folder = dirname(folder)) {
    const isModules = basename(folder) === 'node_modules';
    if (isModules || isInside) {
      const found = isModules ? join(folder, name) : join(folder, 'node_modules', name);
      if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    }
    if (folder === root) isInside = false;
    if (folder === dirname(folder)) return undefined;
  }
}

/**
 * The file that this code is in: a file of the package, or a bundle. `undefined` in a single-file executable. It comes from the
 * stack, because bundlers replace `import.meta` and `__dirname` by paths of the machine that they run on, if by anything.
 */
export function findOwnFile(): string | undefined {
  // The name of the code in an executable is the path that it was built from.
  if (isExecutable()) return undefined;
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = 1;
    Error.prepareStackTrace = (_, [site]) => site?.getFileName();
    const name: unknown = new Error().stack;
    Object.assign(Error, { prepareStackTrace, stackTraceLimit });
    if (typeof name !== 'string') return undefined;
    const path = name.startsWith('file:') ? fileURLToPath(name) : name;
    return isAbsolute(path) && existsSync(path) ? path : undefined;
  } catch {
    // Where nobody can change the properties of `Error` (`node --frozen-intrinsics`).
    return undefined;
  }
}

/** Whether Node, Bun or Deno was compiled into one file with the program. */
function isExecutable(): boolean {
  const sea = process.getBuiltinModule('node:sea') as { isSea?(): boolean } | undefined;
  const { Bun, Deno } = globalThis as {
    readonly Bun?: { readonly main: string };
    readonly Deno?: { readonly build: { readonly standalone?: boolean } };
  };
  return Boolean(sea?.isSea?.() || /[\\/](\$bunfs|~BUN)[\\/]/.test(Bun?.main ?? '') || Deno?.build.standalone);
}

/** The folder of keystow's package, or `undefined` if keystow is part of a bundle. */
export function findPackageFolder(): string | undefined {
  const file = findOwnFile();
  const root = file && findPackageRoot(realpathSync(dirname(file)));
  return root && readName(join(root, 'package.json')) === 'keystow' ? root : undefined;
}

/** The nearest folder with the manifest of a package, or `start` itself if no folder has one, as around some bundles. */
function findPackageRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (readName(join(folder, 'package.json')) !== undefined) return isWritableByAnyone(folder) ? start : folder;
  }
  return start;
}

/** A manifest without a name, like that in dist/bin, only tells Node how to read files. */
function readName(manifest: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(manifest, 'utf8'));
    return typeof name === 'string' ? name : undefined;
  } catch {
    return undefined;
  }
}

/** Anyone can put a manifest into such a folder. On Windows, every folder looks like that. */
function isWritableByAnyone(folder: string): boolean {
  return process.platform !== 'win32' && (statSync(folder).mode & 0o002) !== 0;
}
