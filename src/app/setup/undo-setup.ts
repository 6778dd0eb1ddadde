import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import { applyEdits, revertEdits } from '../../domain/setup/formats/text-edits.ts';
import type { RecordedChange, SetupRecord } from '../../domain/setup/setup-record.ts';
import type { SetupTool } from '../../domain/setup/setup-tool.ts';
import { findTool } from '../../domain/setup/tools.ts';
import type { ConfigFile } from '../../ports/config-files.ts';
import type { SetupRequest } from './plan-setup.ts';
import { readSetup, type SetupContext } from './setup-context.ts';

export interface UndoneChange {
  readonly path: string;
  /**
   * `restored`: the change is reverted. `removed`: the file had been created by setup. `gone`: nothing of it is left. `kept`:
   * the file was edited so that the change can't be told from the rest.
   */
  readonly outcome: 'restored' | 'removed' | 'gone' | 'kept';
}

/**
 * Reverts what was changed for a tool; without a target, for all of its targets. A file that was edited meanwhile keeps
 * these edits. Returns an empty list if nothing is recorded.
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
      for (const change of record.changes.toReversed()) {
        const outcome = await revertChange(setup, record, change, { dryRun, isPermitted: held });
        undone.push({ path: change.path, outcome });
        if (outcome === 'kept') kept.unshift(change);
      }
      if (!dryRun) await replaceRecord(setup, record, kept, held);
    }
    return undone;
  });
}

async function findRecords({ records }: SetupContext, { tool, target }: SetupRequest): Promise<readonly SetupRecord[]> {
  const all = await records.read();
  return all.filter((record) => record.tool === tool && (target === undefined || record.target === target));
}

async function replaceRecord(
  { records }: SetupContext,
  record: SetupRecord,
  changes: readonly RecordedChange[],
  isPermitted: () => boolean,
): Promise<void> {
  const all = await records.read();
  const others = all.filter((other) => JSON.stringify(other) !== JSON.stringify(record));
  await records.write(changes.length > 0 ? [...others, { ...record, changes }] : others, isPermitted);
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
  const isEmpty = change.created && text === '';
  if (!dryRun && isEmpty) await setup.files.remove(file, change.folders);
  else if (!dryRun) await setup.files.write(file, text, { isPermitted });
  return isEmpty ? 'removed' : 'restored';
}

/** Returns `undefined` if the change can't be told from what was edited since. */
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
