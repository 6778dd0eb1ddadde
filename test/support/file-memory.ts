import { type FileRecord, mergeFileRecord } from '../../src/domain/envelope/file-record.ts';
import type { FileMemory } from '../../src/ports/placement-repository.ts';

/** What is remembered about an encrypted file, without a placement file: it's recorded immediately. */
export function createFileMemory(record?: FileRecord): FileMemory & { record: FileRecord | undefined } {
  const memory = {
    record,
    recallFile: async () => memory.record,
    expectsFile: async () => memory.record?.written !== undefined,
    rememberFile(update: Parameters<FileMemory['rememberFile']>[0]) {
      memory.record = mergeFileRecord(memory.record, update);
    },
    flushFile: async () => undefined,
  };
  return memory;
}
