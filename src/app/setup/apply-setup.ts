import { CredentialError } from '../../domain/credential-error.ts';
import { applyEdits } from '../../domain/formats/edits.ts';
import { addRecord, type RecordedChange } from '../../domain/setup/setup-record.ts';
import type { FileChange } from '../../domain/setup/setup-tool.ts';
import type { ConfigFile } from '../../ports/tool-files.ts';
import { planSetup, type SetupPlan } from './plan-setup.ts';
import type { SetupContext } from './setup-context.ts';

/**
 * Carries a plan out: records what it will change, then changes it. A process that is killed in between leaves a record of
 * something that isn't in the file, which `undoSetup` ignores.
 *
 * - another process has done the same meanwhile → `already`
 * - the files are no longer what the plan was made from → `file-busy`, and nothing changes
 */
export async function applySetup(setup: SetupContext, plan: SetupPlan): Promise<'applied' | 'already'> {
  return setup.lock(async (held) => {
    const current = await planSetup(setup, plan);
    if (current.changes.length === 0) return 'already';
    if (JSON.stringify(current.changes) !== JSON.stringify(plan.changes)) throw changedError(plan);
    for (const change of current.changes) await applyChange(setup, plan, change, held);
    return 'applied';
  });
}

async function applyChange(
  { files, records, clock }: SetupContext,
  { tool, target }: SetupPlan,
  change: FileChange,
  isPermitted: () => boolean,
): Promise<void> {
  const file = await files.read(change.path, `configuration of ${tool}`);
  const record = async (folders: readonly string[]) => {
    const recorded = toRecordedChange(change, file, folders);
    const entry = { tool, ...(target !== undefined && { target }), at: clock(), changes: [recorded] };
    await records.write(addRecord(await records.read(), entry), isPermitted);
  };
  await record([]);
  const text = change.kind === 'edit' ? applyEdits(file.text ?? '', change.edits) : change.text;
  const mode = change.kind === 'script' ? 0o700 : 0o600;
  const folders = await files.write(file, text, { mode, isPermitted });
  if (folders.length > 0) await record(folders);
}

function toRecordedChange(change: FileChange, { path, text }: ConfigFile, folders: readonly string[]): RecordedChange {
  return change.kind === 'edit'
    ? { kind: 'edit', path, folders, edits: change.edits, created: text === undefined }
    : { kind: 'script', path, folders, text: change.text };
}

function changedError({ tool }: SetupPlan): CredentialError {
  return new CredentialError('file-busy', `the configuration of ${tool} has changed meanwhile`, {
    hint: 'run this again, and look at the new change',
  });
}
