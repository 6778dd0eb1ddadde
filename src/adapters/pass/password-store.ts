import { access, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { errnoCode } from '../files/file-errors.ts';

const suffix = '.gpg';

/** The folder of a password store, as pass(1) has it: a file for each entry, which is looked at without any key. */
export class PasswordStore {
  readonly #folder: string;

  constructor({ PASSWORD_STORE_DIR, HOME = '' }: Readonly<Record<string, string | undefined>>) {
    this.#folder = PASSWORD_STORE_DIR || join(HOME, '.password-store');
  }

  /** `pass init` has been run. */
  isInitialised(): Promise<boolean> {
    return this.#holds('.gpg-id');
  }

  has(entry: string): Promise<boolean> {
    return this.#holds(`${entry}${suffix}`);
  }

  /** All entries under `root`, in no order. */
  async entries(root: string): Promise<string[]> {
    try {
      const found = await readdir(join(this.#folder, root), { recursive: true, withFileTypes: true });
      return found
        .filter((file) => file.isFile() && file.name.endsWith(suffix))
        .map((file) => relative(this.#folder, join(file.parentPath, file.name)).replaceAll(sep, '/'))
        .map((path) => path.slice(0, -suffix.length));
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return [];
      throw error;
    }
  }

  async #holds(path: string): Promise<boolean> {
    try {
      await access(join(this.#folder, path));
      return true;
    } catch (error) {
      if (errnoCode(error) === 'ENOENT') return false;
      throw error;
    }
  }
}
