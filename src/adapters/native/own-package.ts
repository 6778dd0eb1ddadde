import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

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

/** The nearest folder with the manifest of a package, or `start` itself if no folder has one, as around some bundles. */
function findPackageRoot(start: string): string {
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (hasName(join(folder, 'package.json'))) return isWritableByAnyone(folder) ? start : folder;
  }
  return start;
}

/** A manifest without a name, like that in dist/bin, only tells Node how to read files. */
function hasName(manifest: string): boolean {
  try {
    return typeof JSON.parse(readFileSync(manifest, 'utf8')).name === 'string';
  } catch {
    return false;
  }
}

/** Anyone can put a manifest into such a folder. On Windows, every folder looks like that. */
function isWritableByAnyone(folder: string): boolean {
  return process.platform !== 'win32' && (statSync(folder).mode & 0o002) !== 0;
}
