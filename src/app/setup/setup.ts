import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import { applyEdits } from '../../domain/formats/edits.ts';
import type { YamlNode } from '../../domain/formats/yaml.ts';
import { addRecord, type RecordedChange } from '../../domain/setup/setup-record.ts';
import type { FileChange, Machine, SetupInput, SetupTool, ToolId, ToolPlan } from '../../domain/setup/setup-tool.ts';
import { findTool } from '../../domain/setup/tools.ts';
import { isPrintable } from '../../domain/text/escape.ts';
import type { Clock, Mutex } from '../../ports/system.ts';
import type { ConfigFile, ConfigFiles, Executables, SetupRecords } from '../../ports/tool-files.ts';

/** What setting up other tools works with. */
export interface SetupContext {
  readonly machine: Machine;
  readonly files: ConfigFiles;
  readonly records: SetupRecords;
  readonly executables: Executables;
  /** Loads the parser. Invalid YAML → its function throws `file-damaged`. */
  loadYamlParser(): Promise<(text: string) => YamlNode>;
  /** The lock of the records and of everything that setup writes. */
  readonly lock: Mutex;
  readonly clock: Clock;
}

/** Which tool to set up, and for what, such as a registry: see `SetupTool.target`. */
export interface SetupRequest {
  readonly tool: ToolId;
  readonly target?: string | undefined;
}

/** The changes that make a tool use keystow, as data. */
export interface SetupPlan extends SetupRequest, ToolPlan {}

/**
 * Plans how to make a tool use keystow. Changes nothing.
 *
 * - already done → `set-up`, without changes
 * - a file that its client could not read → `file-damaged`; one that isn't the user's alone, or can't be edited → `file-refused`
 * - a target that the tool doesn't have → `invalid-input`
 */
export async function planSetup(setup: SetupContext, request: SetupRequest): Promise<SetupPlan> {
  const tool = findTool(request.tool);
  checkTarget(tool, request.target);
  const { input, files } = await readSetup(setup, tool, request.target);
  const paths = [...files.values()].flatMap(({ path, text }) => (text === undefined ? [] : [path]));
  try {
    return { ...request, ...tool.plan(input) };
  } catch (error) {
    throw nameFile(error, tool, paths);
  }
}

/** A line break would end the line of the configuration that names the target. */
function checkTarget({ id, target: hint, targetPattern }: SetupTool, target: string | undefined): void {
  if (target === undefined) return;
  if (target !== '' && isPrintable(target) && (targetPattern?.test(target) ?? true)) return;
  throw new CredentialError(
    'invalid-input',
    `invalid target for keystow setup ${id}`,
    hint ? { hint: `pass ${hint}` } : {},
  );
}

/** Names the file that a tool could not parse. */
function nameFile(error: unknown, tool: SetupTool, paths: readonly string[]): unknown {
  if (!isCredentialError(error) || error.code !== 'file-damaged') return error;
  const message = `the configuration of ${tool.id} is left as it is: ${paths.join(', ')}: ${error.message}`;
  return new CredentialError('file-damaged', message, { hint: 'correct the file, and run this again', cause: error });
}

/** What a tool's plan is computed from, and the files as they were read. */
interface ReadSetup {
  readonly input: SetupInput;
  readonly files: ReadonlyMap<string, ConfigFile>;
}

export async function readSetup(
  { machine, files, executables, loadYamlParser }: SetupContext,
  tool: SetupTool,
  target: string | undefined,
): Promise<ReadSetup> {
  const read = new Map<string, ConfigFile>();
  for (const path of tool.locate(machine, target)) {
    if (!read.has(path)) read.set(path, await files.read(path, `configuration of ${tool.id}`));
  }
  const texts = new Map([...read].map(([path, { text }]) => [path, text]));
  const parseYaml = tool.id === 'kubectl' ? await loadYamlParser() : rejectYaml;
  const input: SetupInput = {
    machine,
    target,
    files: texts,
    findExecutable: executables.findOwn,
    findOnPath: executables.findOnPath,
    parseYaml,
  };
  return { input, files: read };
}

function rejectYaml(): never {
  throw new CredentialError('file-damaged', 'no other tool has a configuration in YAML');
}

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
