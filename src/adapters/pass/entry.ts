import { createHash } from 'node:crypto';
import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import { longEntries, parsePassEntry, toPassEntry } from '../../domain/entries/pass-entry.ts';

/**
 * An entry of a password store: its path, and what it holds. One whose name is too long for a path is found by the
 * SHA-256 of its name, which stands in its first line, as JSON.
 */
export interface Entry {
  readonly path: string;
  /** What stands before the secret. */
  readonly head: Buffer;
}

export function entryFor(name: CredentialName): Entry {
  const path = toPassEntry(name);
  if (path !== undefined) return { path, head: Buffer.alloc(0) };
  const head = Buffer.from(`${JSON.stringify([name.service, name.account])}\n`);
  return { path: `${longEntries}/${createHash('sha256').update(head).digest('hex')}`, head };
}

/** The name of the entry at `path`, which `read` reads where the path does not tell. `undefined`: it is nobody's. */
export async function nameAt(path: string, read: () => Promise<Buffer>): Promise<CredentialName | undefined> {
  if (!path.startsWith(`${longEntries}/`)) return parsePassEntry(path);
  const content = await read();
  const name = nameIn(content.subarray(0, content.indexOf('\n')).toString());
  return name !== undefined && entryFor(name).path === path ? name : undefined;
}

function nameIn(line: string): CredentialName | undefined {
  try {
    const [service, account] = JSON.parse(line);
    return toCredentialName(service, account);
  } catch {
    return undefined;
  }
}
