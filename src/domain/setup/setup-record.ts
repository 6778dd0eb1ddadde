import { isObject, parseJson } from '../text/encodings.ts';
import type { TextEdit } from './formats/text-edits.ts';
import { type ToolId, toolIds } from './setup-tool.ts';

/** What `keystow setup` changed for a tool, so that `--undo` can revert it. Contains only what was added, never a secret. */
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
  | { readonly kind: 'edit'; readonly edits: readonly TextEdit[]; readonly created: boolean }
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

/** Adds what was changed. What the tool's earlier record says about other files is kept. */
export function addRecord(records: readonly SetupRecord[], record: SetupRecord): readonly SetupRecord[] {
  const earlier = records.filter((other) => isSameSetup(other, record));
  const kept = earlier
    .flatMap(({ changes }) => changes)
    .filter((old) => record.changes.every(({ path }) => path !== old.path));
  return [...records.filter((other) => !earlier.includes(other)), { ...record, changes: [...kept, ...record.changes] }];
}

export function isSameSetup(a: Pick<SetupRecord, 'tool' | 'target'>, b: Pick<SetupRecord, 'tool' | 'target'>): boolean {
  return a.tool === b.tool && a.target === b.target;
}
