import type { CredentialName } from '../credential-name.ts';
import { applyEdits, type Edit, replacement, sortEdits } from '../formats/edits.ts';
import type { Range } from '../formats/leaf.ts';
import { type ToolId, toolIds } from '../setup/setup-tool.ts';
import { isObject, parseJson } from '../text/encodings.ts';

/**
 * What `sweep --move` did to one file, so that `--undo` can take it back. It contains the file's secrets, so it's stored as a
 * credential, before anything is changed.
 */
export interface UndoRecord {
  readonly path: string;
  /** The id of the tool in src/domain/sweep/tools.ts. */
  readonly tool: string;
  /** The changes of the file, oldest first. The last one may not have happened. */
  readonly changes: readonly FileEdit[];
  /** The credentials that keystow didn't have before. */
  readonly created: readonly CredentialName[];
  /** What `keystow setup` changed for it. */
  readonly setups: readonly SetupTarget[];
  /** An undo has restored the file, and has yet to take back the rest. */
  readonly isRestored: boolean;
}

export interface FileEdit {
  /** The text before. */
  readonly original: string;
  readonly edits: readonly Edit[];
}

export interface SetupTarget {
  readonly tool: ToolId;
  readonly target?: string;
}

const format = 'keystow-sweep';
const version = 1;

/** The service that records are stored under. The account is the path of the file. */
export const recordService = 'keystow-sweep';

export function toRecordName({ path }: Pick<UndoRecord, 'path'>): CredentialName {
  return { service: recordService, account: path };
}

export function serialiseUndoRecord(record: UndoRecord): string {
  const changes = record.changes.map(({ original, edits }) => ({ original, edits: edits.map(toStoredEdit) }));
  return JSON.stringify({ format, version, ...record, changes });
}

/** An edit of a record: what it removes is in the original text. */
interface StoredEdit extends Range {
  readonly text?: string;
}

function toStoredEdit({ offset, removed, inserted }: Edit): StoredEdit {
  return { start: offset, end: offset + removed.length, ...(inserted !== '' && { text: inserted }) };
}

/** Returns `undefined` if the text isn't what {@link serialiseUndoRecord} writes. */
export function parseUndoRecord(text: string): UndoRecord | undefined {
  const value = parseJson(text);
  if (!isObject(value) || value.format !== format || value.version !== version) return undefined;
  const { path, tool, changes, created, setups, isRestored } = value;
  if (typeof path !== 'string' || typeof tool !== 'string' || typeof isRestored !== 'boolean') return undefined;
  if (!isListOf(changes, isStoredChange) || !isListOf(created, isName) || !isListOf(setups, isSetupTarget))
    return undefined;
  return { path, tool, changes: changes.map(toFileEdit), created, setups, isRestored };
}

function isListOf<T>(value: unknown, isItem: (item: unknown) => item is T): value is readonly T[] {
  return Array.isArray(value) && value.every(isItem);
}

interface StoredChange {
  readonly original: string;
  readonly edits: readonly StoredEdit[];
}

function isStoredChange(value: unknown): value is StoredChange {
  return isObject(value) && typeof value.original === 'string' && isListOf(value.edits, isStoredEdit);
}

function toFileEdit({ original, edits }: StoredChange): FileEdit {
  return { original, edits: edits.map((edit) => replacement(original, edit, edit.text)) };
}

function isStoredEdit(value: unknown): value is StoredEdit {
  if (!isObject(value)) return false;
  const { start, end, text } = value;
  const isRange =
    Number.isSafeInteger(start) && Number.isSafeInteger(end) && Number(start) >= 0 && Number(end) >= Number(start);
  return isRange && (text === undefined || typeof text === 'string');
}

function isName(value: unknown): value is CredentialName {
  return isObject(value) && typeof value.service === 'string' && typeof value.account === 'string';
}

function isSetupTarget(value: unknown): value is SetupTarget {
  if (!isObject(value) || !toolIds.some((id) => id === value.tool)) return false;
  return value.target === undefined || typeof value.target === 'string';
}

/** Adds the next change, before it happens. It replaces the same change of a run that was killed. */
export function extendRecord(record: UndoRecord, next: Pick<UndoRecord, 'changes' | 'created' | 'setups'>): UndoRecord {
  const planned = next.changes[0]?.original;
  const changes = record.isRestored ? [] : record.changes.filter(({ original }) => original !== planned);
  return {
    ...record,
    isRestored: false,
    changes: [...changes, ...next.changes],
    created: addNew(record.created, next.created),
    setups: addNew(record.setups, next.setups),
  };
}

function addNew<T>(known: readonly T[], added: readonly T[]): readonly T[] {
  const texts = known.map((item) => JSON.stringify(item));
  return [...known, ...added.filter((item) => !texts.includes(JSON.stringify(item)))];
}

/**
 * The text of a file before all recorded changes, given its text now. Later edits stay, unless they're where something
 * was removed → `undefined`.
 */
export function revertChanges(text: string, changes: readonly FileEdit[]): string | undefined {
  let current: string | undefined = text;
  for (const change of changes.toReversed())
    current = current === undefined ? undefined : revertChange(current, change);
  return current;
}

function revertChange(text: string, { original, edits }: FileEdit): string | undefined {
  const after = applyEdits(original, edits);
  if (text === original) return original;
  if (text === after) return original;
  // Compared from both ends: somebody has edited the part in between.
  const start = countEqual((index) => text[index] === after[index], Math.min(text.length, after.length));
  const end = countEqual(
    (index) => text[text.length - 1 - index] === after[after.length - 1 - index],
    Math.min(text.length, after.length) - start,
  );
  const inserted = mapEdits(edits).map(({ at, removed: [from, to], length }) => ({
    at,
    length,
    text: original.slice(from, to),
  }));
  const isBefore = ({ at, length }: { at: number; length: number }) => at + length <= start;
  const isAfter = ({ at }: { at: number }) => at >= after.length - end;
  if (!inserted.every((part) => isBefore(part) || isAfter(part))) return undefined;
  const shift = text.length - after.length;
  return applyEdits(
    text,
    inserted.map((part) => {
      const at = isBefore(part) ? part.at : part.at + shift;
      return replacement(text, { start: at, end: at + part.length }, part.text);
    }),
  );
}

function countEqual(isEqual: (index: number) => boolean, most: number): number {
  let count = 0;
  while (count < most && isEqual(count)) count += 1;
  return count;
}

interface MappedEdit {
  /** Where its replacement is in the text after all edits, and how long it is. */
  readonly at: number;
  readonly length: number;
  /** What it replaced, in the text before. */
  readonly removed: readonly [start: number, end: number];
}

/** Merges edits that overlap, as {@link applyEdits} does. */
function mapEdits(edits: readonly Edit[]): readonly MappedEdit[] {
  const mapped: MappedEdit[] = [];
  let [shift, position] = [0, 0];
  for (const { offset, removed, inserted } of sortEdits(edits)) {
    const from = Math.max(offset, position);
    const to = Math.max(offset + removed.length, from);
    mapped.push({ at: from + shift, length: inserted.length, removed: [from, to] });
    shift += inserted.length - (to - from);
    position = to;
  }
  return mapped;
}
