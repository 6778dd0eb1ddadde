import type { Edit } from '../formats/edits.ts';
import { isObject, parseJson } from '../text/encodings.ts';
import { type ToolId, toolIds } from './setup-tool.ts';

/** The changes that `keystow setup` made for a tool, for `--undo`. Contains only the added text, never a secret. */
export interface SetupRecord {
  readonly tool: ToolId;
  readonly target?: string;
  /** As `Date.prototype.toISOString` writes it. */
  readonly at: string;
  readonly changes: readonly RecordedChange[];
}

export type RecordedChange = {
  /** Absolute, behind all links. */
  readonly path: string;
  /** The folders that were created for it, innermost first. */
  readonly folders: readonly string[];
} & (
  | { readonly kind: 'edit'; readonly edits: readonly Edit[]; readonly created: boolean }
  | { readonly kind: 'script'; readonly text: string }
);

const format = 'keystow-setup';
const version = 1;

export function serialiseRecords(records: readonly SetupRecord[]): string {
  return `${JSON.stringify({ format, version, records }, undefined, 2)}\n`;
}

/** Returns `undefined` if the text isn't what {@link serialiseRecords} writes. */
export function parseRecords(text: string): readonly SetupRecord[] | undefined {
  const value = parseJson(text);
  if (!isObject(value) || value.format !== format || value.version !== version) return undefined;
  const { records } = value;
  return Array.isArray(records) && records.every(isRecord) ? records : undefined;
}

function isRecord(value: unknown): value is SetupRecord {
  if (!isObject(value)) return false;
  const { tool, target, at, changes } = value;
  return (
    toolIds.some((id) => id === tool) &&
    (target === undefined || typeof target === 'string') &&
    typeof at === 'string' &&
    Array.isArray(changes) &&
    changes.every(isChange)
  );
}

function isChange(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, path, folders, edits, created, text } = value;
  if (typeof path !== 'string' || !isTexts(folders)) return false;
  if (kind === 'script') return typeof text === 'string';
  return kind === 'edit' && typeof created === 'boolean' && Array.isArray(edits) && edits.every(isEdit);
}

function isEdit(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { offset, removed, inserted } = value;
  return Number.isSafeInteger(offset) && Number(offset) >= 0 && isTexts([removed, inserted]);
}

function isTexts(values: unknown): boolean {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

/** Adds a record. The changes of other files in the tool's earlier record are kept. */
export function addRecord(records: readonly SetupRecord[], record: SetupRecord): readonly SetupRecord[] {
  const earlier = records.filter((other) => isSameSetup(other, record));
  const kept = earlier
    .flatMap(({ changes }) => changes)
    .filter((old) => record.changes.every(({ path }) => path !== old.path));
  return [...records.filter((other) => !earlier.includes(other)), { ...record, changes: [...kept, ...record.changes] }];
}

/**
 * Removes a record, but for the changes that were `kept`. A file that was created for one record, and that another one
 * changed too, is then that one's to remove; and so is a script that both use (`passedOn`).
 */
export function removeRecord(
  records: readonly SetupRecord[],
  record: SetupRecord,
  { kept, passedOn }: { readonly kept: readonly RecordedChange[]; readonly passedOn: readonly RecordedChange[] },
  isUsedBy: (record: SetupRecord, path: string) => boolean,
): readonly SetupRecord[] {
  const others = records.filter((other) => !isSameSetup(other, record));
  const rest = passedOn.reduce<readonly SetupRecord[]>((all, change) => passOn(all, change, isUsedBy), others);
  return kept.length > 0 ? [...rest, { ...record, changes: kept }] : rest;
}

function passOn(
  records: readonly SetupRecord[],
  change: RecordedChange,
  isUsedBy: (record: SetupRecord, path: string) => boolean,
): readonly SetupRecord[] {
  const { path, folders } = change;
  if (change.kind === 'script') {
    const heir = records.find((record) => isUsedBy(record, path));
    return records.map((record) => (record === heir ? { ...record, changes: [...record.changes, change] } : record));
  }
  const heir = change.created ? records.find(({ changes }) => changes.some((other) => other.path === path)) : undefined;
  if (heir === undefined) return records;
  const changes = heir.changes.map((other) =>
    other.path === path && other.kind === 'edit' ? { ...other, created: true, folders } : other,
  );
  return records.map((record) => (record === heir ? { ...heir, changes } : record));
}

export function isSameSetup(a: Pick<SetupRecord, 'tool' | 'target'>, b: Pick<SetupRecord, 'tool' | 'target'>): boolean {
  return a.tool === b.tool && a.target === b.target;
}
