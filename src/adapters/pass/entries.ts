import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { access, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, toCredentialName } from '../../domain/credential-name.ts';
import { entryRoot, longEntries, parsePassEntry, toPassEntry } from '../../domain/entry-names.ts';
import type { ForeignEntries } from '../../ports/transfer.ts';
import { errnoCode, type ManagedFile } from '../files/file-errors.ts';
import { checkAuthor, checkPath } from '../files/permissions.ts';
import { type PassProgram, runPass } from './run-pass.ts';

/**
 * An entry of a password store. If its name is too long for a path, the path is the SHA-256 of the header, and the header
 * holds the name.
 */
interface PassEntry {
  readonly path: string;
  /** Precedes the secret. Empty, or one line with the service and the account as JSON. */
  readonly header: Buffer;
}

export function toEntry(name: CredentialName): PassEntry {
  const path = toPassEntry(name);
  if (path !== undefined) return { path, header: Buffer.alloc(0) };
  const header = Buffer.from(`${JSON.stringify([name.service, name.account])}\n`);
  return { path: `${longEntries}/${createHash('sha256').update(header).digest('hex')}`, header };
}

/**
 * Returns the credential that the entry at `path` belongs to, or `undefined` if keystow did not write it. Calls `read`
 * only if the name is in the header.
 */
export async function readEntryName(path: string, read: () => Promise<Buffer>): Promise<CredentialName | undefined> {
  if (!path.startsWith(`${longEntries}/`)) return parsePassEntry(path);
  const content = await read();
  const name = parseHeader(content.subarray(0, content.indexOf('\n')).toString());
  return name !== undefined && toEntry(name).path === path ? name : undefined;
}

function parseHeader(line: string): CredentialName | undefined {
  try {
    const [service, account] = JSON.parse(line);
    return toCredentialName(service, account);
  } catch {
    return undefined;
  }
}

const extension = '.gpg';

/** The list of keys that the entries in a folder, and in those below it without one, are encrypted for. */
function toKeyList(folder: string): ManagedFile {
  return { path: join(folder, '.gpg-id'), label: 'list of its keys' };
}

/** The folder of a password store, see pass(1): one file for each entry. Listing it takes no key. */
export class PasswordStoreFolder {
  readonly #path: string;

  constructor({ PASSWORD_STORE_DIR, HOME = '' }: Readonly<Record<string, string | undefined>>) {
    this.#path = PASSWORD_STORE_DIR || join(HOME, '.password-store');
  }

  /** Resolves with whether `pass init` has been run. */
  isInitialised(): Promise<boolean> {
    return this.#hasFile('.gpg-id');
  }

  hasEntry(path: string): Promise<boolean> {
    return this.#hasFile(`${path}${extension}`);
  }

  /**
   * Throws `denied` if another user owns the folder of an entry, a folder above it, or a list of the keys that GnuPG encrypts
   * for, or can write to one of them: that user could then read the secret.
   */
  checkTrusted(entry: string): void {
    try {
      const file = toKeyList(this.#path);
      // Twice, because the folder of the password store is the last one only in the first path.
      checkPath(file);
      checkPath({ ...file, path: join(this.#path, entry) });
      for (let folder = dirname(entry); ; folder = dirname(folder)) {
        const list = toKeyList(join(this.#path, folder));
        const stats = statSync(list.path, { throwIfNoEntry: false });
        if (stats !== undefined) checkAuthor(list, stats);
        if (folder === '.') break;
      }
    } catch (error) {
      if (!(error instanceof CredentialError)) throw error;
      const { message, hint } = error;
      throw new CredentialError('denied', `the password store is not used: ${message}`, {
        ...(hint && { hint }),
        evidence: { text: message },
      });
    }
  }

  /** Resolves with the paths of all entries below `root`, unsorted. */
  async listEntries(root: string): Promise<string[]> {
    try {
      const found = await readdir(join(this.#path, root), { recursive: true, withFileTypes: true });
      return found
        .filter((file) => file.isFile() && file.name.endsWith(extension))
        .map((file) => relative(this.#path, join(file.parentPath, file.name)).replaceAll(sep, '/'))
        .map((path) => path.slice(0, -extension.length));
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #hasFile(path: string): Promise<boolean> {
    try {
      await access(join(this.#path, path));
      return true;
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return false;
      throw error;
    }
  }
}

/** Reads the entries of other programs. Never changes one. */
export function createForeignEntries(program: PassProgram): ForeignEntries {
  const folder = new PasswordStoreFolder(program.environment);
  return {
    async list() {
      const entries = await folder.listEntries('.');
      return entries.filter((path) => !path.startsWith(`${entryRoot}/`)).sort();
    },
    read: (path, options) => runPass(program, ['show', path], new Uint8Array(), options),
  };
}
