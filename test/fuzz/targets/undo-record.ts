import { deepEqual } from 'node:assert/strict';
import { parseUndoRecord, revertChanges, serialiseUndoRecord } from '../../../src/domain/sweep/undo-record.ts';
import type { FuzzTarget } from '../target.ts';

/** What `sweep --move` keeps in a store, where other programs can write. */
export const undoRecord: FuzzTarget = {
  name: 'undo-record',
  check(input) {
    const record = parseUndoRecord(input.toString('utf8'));
    if (record === undefined) return;
    deepEqual(parseUndoRecord(serialiseUndoRecord(record)), record);
    for (const text of ['', record.path, record.changes[0]?.original ?? '']) revertChanges(text, record.changes);
  },
};
