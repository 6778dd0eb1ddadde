import { entryRoot } from '../../domain/entry-names.ts';
import type { ForeignEntries } from '../../ports/transfer.ts';
import { PasswordStoreFolder } from './entries.ts';
import { type PassProgram, runPass } from './run-pass.ts';

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
