import { lstatSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

/** A folder or a link that the system passes on the way to a path. */
export interface PathPart {
  /** Without links. */
  readonly path: string;
  readonly stats: Stats;
  /** Whether this is the end of the path. */
  readonly isLast: boolean;
}

/** Linux follows this many links: path_resolution(7). */
const maxLinks = 40;

/**
 * Returns the folders and links on the way to `path`, from the root, in the order in which the system passes them. Ends at
 * the first one that doesn't exist, isn't a folder or can't be inspected: no operation gets further than that.
 */
export function walkPath(path: string): readonly PathPart[] {
  const parts: PathPart[] = [];
  const pending = splitPath(path.startsWith('/') ? path : `${process.cwd()}/${path}`);
  let links = 0;
  let current = '/';
  const visit = (path: string): Stats | undefined => {
    const stats = lstatIfPossible(path);
    if (stats !== undefined) parts.push({ path, stats, isLast: pending.length === 0 && !stats.isSymbolicLink() });
    return stats;
  };
  visit(current);
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    const next = join(current, name);
    const stats = visit(next);
    if (stats?.isSymbolicLink() && links < maxLinks) {
      links += 1;
      const target = readlinkSync(next);
      if (target.startsWith('/')) current = '/';
      pending.unshift(...splitPath(target));
    } else if (stats?.isDirectory()) current = next;
    else break;
  }
  return parts;
}

function splitPath(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.');
}

function lstatIfPossible(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
