import { parseRecords, serialiseRecords } from '../../domain/setup/setup-record.ts';
import type { SetupRecords } from '../../ports/tool-files.ts';
import { contendedError, damagedError, type ManagedFile } from '../files/file-errors.ts';
import { readPrivateFile } from '../files/read-private-file.ts';
import { fileVersion, removeOrphanedTemps, replaceFile } from '../files/replace-file.ts';

const maxBytes = 16 * 1024 * 1024;

/** `path`: absolute. */
export function createSetupRecords(path: string): SetupRecords {
  const file: ManagedFile = { path, label: 'record of keystow setup' };
  return {
    async read() {
      const text = await readPrivateFile(file, { maxBytes });
      if (text === undefined) return [];
      const records = parseRecords(text);
      if (records === undefined) throw damagedError(file, 'it is not what keystow setup writes');
      return records;
    },

    async write(records, isPermitted) {
      removeOrphanedTemps(path);
      const expected = fileVersion(file);
      const bytes = Buffer.from(serialiseRecords(records));
      if (!(await replaceFile({ file, bytes, expected, isPermitted }))) throw contendedError(file);
    },
  };
}
