import { CredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, isSameName } from '../../domain/credential-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { MovableCredential } from '../../domain/sweep/finding.ts';
import { tools } from '../../domain/sweep/tools.ts';
import {
  extendRecord,
  parseUndoRecord,
  recordService,
  revertChanges,
  type SetupTarget,
  serialiseUndoRecord,
  toRecordName,
  type UndoRecord,
} from '../../domain/sweep/undo-record.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../credentials/delete-credential.ts';
import { decodeSecret, encodeSecret, getCredential } from '../credentials/get-credential.ts';
import { listCredentials as listStored } from '../credentials/list-credentials.ts';
import { replaceCredential, setCredential } from '../credentials/set-credential.ts';
import { undoSetup } from '../setup/undo-setup.ts';
import { type FilePlan, listCredentials, type MoveContext, readConfiguration } from './plan-move.ts';
import { examineFile, type SweptFile } from './sweep.ts';

export interface FileRestored {
  readonly path: string;
  /**
   * `restored`: as it was before. `merged`: the same, with later edits. `unchanged`: it already was as before.
   * `conflict`: it was edited where something was removed, so it's left alone.
   */
  readonly outcome: 'restored' | 'merged' | 'unchanged' | 'conflict';
  /** Credentials that stay in keystow, because they were changed there. */
  readonly kept: readonly CredentialName[];
}

/** Reads the record of a file. One that can't be read → `file-damaged`. */
export async function readRecord(context: Context, path: string): Promise<UndoRecord | undefined> {
  const secret = await getCredential(context, toRecordName({ path }));
  if (secret === undefined) return undefined;
  const record = parseUndoRecord(decodeSecret(secret) ?? '');
  if (record?.path === path) return record;
  throw new CredentialError('file-damaged', `the record of the move out of ${path} is damaged`, {
    hint: `to go on without it: keystow delete ${recordService} ${path}`,
  });
}

export async function writeRecord(context: Context, record: UndoRecord): Promise<void> {
  await setCredential(context, toRecordName(record), encodeSecret(serialiseUndoRecord(record)), {
    explains: 'failures',
  });
}

/** Everything that `sweep --move` has recorded. */
export async function listRecords(context: Context): Promise<readonly UndoRecord[]> {
  const records: UndoRecord[] = [];
  for (const { account } of await listStored(context, recordService)) {
    const record = await readRecord(context, account);
    if (record !== undefined) records.push(record);
  }
  return records;
}

/** Deletes records, so that their moves can no longer be taken back. */
export async function forgetMoves(context: Context, records: readonly UndoRecord[]): Promise<void> {
  for (const record of records) await deleteCredential(context, toRecordName(record));
}

/** Takes back a move that failed. Removes nothing that was there before it. `before`: the records of earlier moves, by path. */
export async function takeBack(
  move: MoveContext,
  plan: FilePlan,
  before: ReadonlyMap<string, UndoRecord>,
): Promise<void> {
  const { context } = move;
  const paths = [plan.file.path, ...plan.stores.map(({ file }) => file.path)];
  for (const path of paths) {
    const record = await readRecord(context, path);
    if (record !== undefined) await restoreFile(move, record, before.get(path)?.changes.length ?? 0);
  }
  for (const { tool, target } of plan.setups) await undoSetup(move.setup, { tool, target });
  for (const { name, secret, isStored } of plan.moved) {
    if (!isStored) await removeIfSame(context, name, encodeSecret(secret));
  }
  for (const path of paths) {
    const earlier = before.get(path);
    if (earlier === undefined) await deleteCredential(context, toRecordName({ path }));
    else await writeRecord(context, earlier);
  }
}

/**
 * Takes moves back: restores the files first, so that the tools work whenever this ends, then their configuration, and
 * removes the credentials that the move had stored. A record is removed when everything in it is taken back.
 */
export async function undoMove(move: MoveContext, chosen: readonly UndoRecord[]): Promise<readonly FileRestored[]> {
  const { context, setup } = move;
  return context.renewal.lockOf({ service: recordService, account: '' })(async () => {
    const records = await addConfiguration(move, chosen);
    const results: FileRestored[] = [];
    const restored: UndoRecord[] = [];
    for (const record of records) {
      const outcome = record.isRestored ? 'unchanged' : await restoreFile(move, record, 0);
      // Taking back the setup may change the file once more: a second undo must not restore it again.
      if (outcome !== 'conflict') {
        restored.push(record);
        if (!record.isRestored) await writeRecord(context, { ...record, isRestored: true });
      }
      results.push({ path: record.path, outcome, kept: [] });
    }
    const taken: UndoRecord[] = [];
    for (const record of restored) taken.push(await passOn(move, record, restored));
    for (const { setups } of taken) for (const request of setups.toReversed()) await undoSetup(setup, request);
    const finished: FileRestored[] = [];
    for (const result of results) {
      const record = taken.find(({ path }) => path === result.path);
      const kept = record === undefined ? [] : await removeCreated(move, record);
      if (record !== undefined) await deleteCredential(context, toRecordName(record));
      finished.push({ ...result, kept });
    }
    return finished;
  });
}

/** Adds what a move changed only so that the tool no longer uses its file: git's `credential.helper = store`. */
async function addConfiguration(move: MoveContext, chosen: readonly UndoRecord[]): Promise<readonly UndoRecord[]> {
  const records = [...chosen];
  for (const record of await listRecords(move.context)) {
    const isNew = chosen.every(({ path }) => path !== record.path) && chosen.some(({ tool }) => tool === record.tool);
    if (isNew && (await listRecorded(move, record)).length === 0) records.push(record);
  }
  return records;
}

/**
 * Gives what the credentials of another file still need to its record, if that move isn't taken back. Returns the record with
 * the rest.
 */
async function passOn(move: MoveContext, record: UndoRecord, restored: readonly UndoRecord[]): Promise<UndoRecord> {
  const { context } = move;
  let { setups, created } = record;
  for (const heir of await listRecords(context)) {
    if (heir.isRestored || restored.some(({ path }) => path === heir.path)) continue;
    const needed = await listRecorded(move, heir);
    const isSetup = ({ tool, target }: SetupTarget) =>
      needed.some(({ setup }) => setup.tool === tool && (target ?? setup.target) === setup.target);
    const isCreated = (name: CredentialName) => needed.some((other) => isSameName(other.name, name));
    const passed = { changes: [], setups: setups.filter(isSetup), created: created.filter(isCreated) };
    if (passed.setups.length + passed.created.length === 0) continue;
    await writeRecord(context, extendRecord(heir, passed));
    setups = setups.filter((target) => !isSetup(target));
    created = created.filter((name) => !isCreated(name));
  }
  return { ...record, setups, created };
}

/** Reverts the changes from index `from` on. */
async function restoreFile(move: MoveContext, record: UndoRecord, from: number): Promise<FileRestored['outcome']> {
  const { setup } = move;
  const changes = record.changes.slice(from);
  const [first] = changes;
  const file = await setup.files.read(record.path, 'file');
  if (first === undefined) return 'unchanged';
  const text = file.text === undefined ? first.original : revertChanges(file.text, changes);
  if (text === undefined) return 'conflict';
  if (text !== first.original && !(await isWhole(move, record, first.original, text))) return 'conflict';
  if (text === file.text) return 'unchanged';
  await setup.files.write(file, text, { isPermitted: () => true });
  return text === first.original ? 'restored' : 'merged';
}

/** Removes the credentials that the move stored, and returns those that somebody has changed since. */
async function removeCreated(move: MoveContext, record: UndoRecord): Promise<readonly CredentialName[]> {
  const recorded = await listRecorded(move, record);
  const kept: CredentialName[] = [];
  for (const name of record.created) {
    let isGone = false;
    // A file can have several secrets for one name, of which one was moved.
    for (const { secret } of recorded.filter((other) => isSameName(other.name, name)))
      isGone ||= await removeIfSame(move.context, name, encodeSecret(secret));
    if (!isGone) kept.push(name);
  }
  return kept;
}

/** Returns whether it's gone. */
async function removeIfSame(context: Context, name: CredentialName, secret: Secret): Promise<boolean> {
  const current = await getCredential(context, name);
  if (current === undefined) return true;
  if (!current.equals(secret)) return false;
  return (await replaceCredential(context, name, (now) => now?.equals(secret) ?? false, undefined)) === 'removed';
}

/** Whether a restored text, in which something was edited, can be read, and has every secret that the file had before. */
async function isWhole(move: MoveContext, record: UndoRecord, original: string, text: string): Promise<boolean> {
  const before = await examineText(move, record, original);
  const after = await examineText(move, record, text);
  const listValues = (files: readonly SweptFile[]) =>
    files.flatMap(({ findings }) => findings.map(({ leaf }) => leaf.value));
  const values = listValues(after);
  return after.length >= before.length && listValues(before).every((value) => values.includes(value));
}

/** The credentials that a file had before it was changed. */
async function listRecorded(move: MoveContext, record: UndoRecord): Promise<readonly MovableCredential[]> {
  const configuration = await readConfiguration(move);
  const credentials: MovableCredential[] = [];
  for (const { original } of record.changes) {
    for (const file of await examineText(move, record, original)) {
      credentials.push(...listCredentials(file, configuration));
    }
  }
  return credentials;
}

/** Reads a text in each format that the tool has files in. Returns those that it's valid in. */
async function examineText(
  { files }: MoveContext,
  { tool: id, path }: UndoRecord,
  text: string,
): Promise<readonly SweptFile[]> {
  const tool = tools.find((tool) => tool.id === id);
  const readYaml = await files.loadYamlReader();
  const bytes = new TextEncoder().encode(text);
  const snapshot = { path, bytes, identity: '', modifiedAtMs: 0, readableBy: 'unknown' } as const;
  const formats = new Map(tool?.files.map((known) => [known.format, known]));
  return [...formats.values()].flatMap((known) => {
    const file = tool && examineFile(tool, known, snapshot, readYaml);
    return file === undefined || 'reason' in file ? [] : file;
  });
}
