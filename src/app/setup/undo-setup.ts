import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import { applyEdits, revertEdits } from '../../domain/formats/edits.ts';
import { type RecordedChange, removeRecord, type SetupRecord } from '../../domain/setup/setup-record.ts';
import type { SetupTool } from '../../domain/setup/setup-tool.ts';
import { findTool } from '../../domain/setup/tools.ts';
import type { ConfigFile } from '../../ports/tool-files.ts';
import { readSetup, type SetupContext, type SetupRequest } from './setup.ts';

export interface UndoneChange {
  readonly path: string;
  /**
   * `restored`: the change is reverted. `removed`: the file had been created by setup. `gone`: nothing of it is left. `kept`:
   * the file was edited so that the change can't be told from the rest.
   */
  readonly outcome: 'restored' | 'removed' | 'gone' | 'kept';
}

/**
 * Reverts the changes for a tool and a target; without a target, for the tool's default or, if that isn't recorded, for
 * all of its targets. A file that was edited meanwhile keeps these edits. Returns an empty list if nothing is recorded.
 *
 * A file can't be read, or not be written → rejects as `ConfigFiles` does, and the record stays. `dryRun` writes nothing.
 */
export async function undoSetup(
  setup: SetupContext,
  request: SetupRequest,
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<readonly UndoneChange[]> {
  if ((await findRecords(setup, request)).length === 0) return [];
  return setup.lock(async (held) => {
    const undone: UndoneChange[] = [];
    for (const record of (await findRecords(setup, request)).toReversed()) {
      const kept: RecordedChange[] = [];
      const passedOn: RecordedChange[] = [];
      for (const change of record.changes.toReversed()) {
        if (change.kind === 'script' && (await isShared(setup, record, change))) {
          passedOn.push(change);
          continue;
        }
        const outcome = await revertChange(setup, record, change, { dryRun, isPermitted: held });
        undone.push({ path: change.path, outcome });
        if (outcome === 'kept') kept.unshift(change);
        if (outcome === 'restored') passedOn.push(change);
      }
      if (dryRun) continue;
      const records = removeRecord(await setup.records.read(), record, { kept, passedOn }, isUsedBy(setup));
      await setup.records.write(records, held);
    }
    return undone;
  });
}

async function findRecords({ records }: SetupContext, { tool, target }: SetupRequest): Promise<readonly SetupRecord[]> {
  const all = (await records.read()).filter((record) => record.tool === tool);
  const exact = all.filter((record) => record.target === target);
  return exact.length === 0 && target === undefined ? all : exact;
}

/** Whether a tool of another record uses a script: pip and uv have one in common. */
async function isShared(setup: SetupContext, record: SetupRecord, { path }: RecordedChange): Promise<boolean> {
  const all = await setup.records.read();
  return all.some((other) => other.tool !== record.tool && isUsedBy(setup)(other, path));
}

function isUsedBy({ machine }: SetupContext): (record: SetupRecord, path: string) => boolean {
  return ({ tool, target }, path) => findTool(tool).locate(machine, target).includes(path);
}

interface RevertOptions {
  readonly dryRun: boolean;
  isPermitted(): boolean;
}

async function revertChange(
  setup: SetupContext,
  record: SetupRecord,
  change: RecordedChange,
  { dryRun, isPermitted }: RevertOptions,
): Promise<UndoneChange['outcome']> {
  const tool = findTool(record.tool);
  const file = await setup.files.read(change.path, `configuration of ${tool.id}`);
  if (file.text === undefined) return 'gone';
  if (change.kind === 'script') {
    if (file.text !== change.text) return 'kept';
    if (!dryRun) await setup.files.remove(file, change.folders);
    return 'removed';
  }
  const text = await revertFile(setup, tool, record.target, file, change);
  if (text === undefined) return 'kept';
  if (text === file.text) return 'gone';
  // What's left of a JSON file without members.
  const isEmpty = change.created && /^[\s{}]*$/.test(text);
  if (!dryRun && isEmpty) await setup.files.remove(file, change.folders);
  else if (!dryRun) await setup.files.write(file, text, { isPermitted });
  return isEmpty ? 'removed' : 'restored';
}

/** Returns `undefined` if the change can't be told from later edits. */
async function revertFile(
  setup: SetupContext,
  tool: SetupTool,
  target: string | undefined,
  { path, text = '' }: ConfigFile,
  { edits }: Extract<RecordedChange, { kind: 'edit' }>,
): Promise<string | undefined> {
  const { input } = await readSetup(setup, tool, target);
  const isReadable = (changed: string) => {
    try {
      tool.plan({ ...input, files: new Map([...input.files, ...locate(tool, setup, target, path, changed)]) });
      return true;
    } catch (error) {
      if (!isCredentialError(error)) throw error;
      return error.code !== 'file-damaged';
    }
  };
  const reverted = revertEdits(text, edits);
  if (reverted !== undefined && (reverted === '' || isReadable(reverted) || !isReadable(text))) return reverted;
  try {
    return applyEdits(text, tool.unset(text, input));
  } catch (error) {
    if (error instanceof CredentialError) return undefined;
    throw error;
  }
}

/** The text under the paths that the tool would find it at. */
function locate(
  tool: SetupTool,
  { machine }: SetupContext,
  target: string | undefined,
  path: string,
  text: string,
): readonly (readonly [string, string])[] {
  return [path, ...tool.locate(machine, target)].map((located) => [located, text] as const);
}
