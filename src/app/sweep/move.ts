import { CredentialError } from '../../domain/credential-error.ts';
import { formatName, isSameName } from '../../domain/credential-name.ts';
import { applyEdits, type Edit, replacement } from '../../domain/formats/edits.ts';
import { formatExport } from '../../domain/setup/setup-tool.ts';
import type { MovableCredential } from '../../domain/sweep/finding.ts';
import { planMoveEdits } from '../../domain/sweep/movable.ts';
import { extendRecord, type FileEdit, recordService, type UndoRecord } from '../../domain/sweep/undo-record.ts';
import type { ToolRunner } from '../../ports/system.ts';
import type { Context } from '../context.ts';
import { encodeSecret, getCredential } from '../credentials/get-credential.ts';
import { replaceCredential } from '../credentials/set-credential.ts';
import { applySetup, planSetup, type SetupPlan } from '../setup/setup.ts';
import {
  changedError,
  type FilePlan,
  listCredentials,
  type MoveContext,
  planAgain,
  readConfiguration,
} from './plan-move.ts';
import { examineFile, maxFileBytes, type SweptFile } from './sweep.ts';
import { readRecord, takeBack, writeRecord } from './undo-move.ts';

export interface MoveEffects extends MoveContext {
  readonly runTool: ToolRunner;
}

export interface FileMoved {
  readonly path: string;
  readonly tool: string;
  /** `failed`: everything is as before. */
  readonly outcome: 'moved' | 'failed';
  readonly credentials: readonly MovableCredential[];
  readonly error?: unknown;
}

/**
 * Moves the credentials of a file into keystow:
 *
 * 1. records what it's about to do, so that it can be taken back
 * 2. stores each secret, and reads it back
 * 3. makes the tool ask keystow, and asks as the tool does
 * 4. removes the secrets from the file
 *
 * Until the last step, the secrets are in both places, so the tool works wherever this ends; the same again completes it. If a
 * step fails, everything before it is taken back.
 */
export async function moveFile(effects: MoveEffects, plan: FilePlan): Promise<FileMoved> {
  const { context } = effects;
  const result = { path: plan.file.path, tool: plan.file.tool.id, credentials: plan.moved };
  return context.renewal.lockOf({ service: recordService, account: '' })(async () => {
    try {
      const current = await planAgain(effects, plan, await readAgain(effects, plan.file));
      if (current.moved.length > 0) await performOrTakeBack(effects, current);
      return { ...result, outcome: 'moved' };
    } catch (error) {
      if (error instanceof CredentialError && error.code === 'cancelled') throw error;
      return { ...result, outcome: 'failed', error };
    }
  });
}

async function performOrTakeBack(effects: MoveEffects, plan: FilePlan): Promise<void> {
  const before = new Map<string, UndoRecord>();
  for (const { path } of [plan.file, ...plan.stores.map(({ file }) => file)]) {
    const record = await readRecord(effects.context, path);
    if (record !== undefined) before.set(path, record);
  }
  try {
    await perform(effects, plan, before.get(plan.file.path) ?? createRecord(plan.file));
  } catch (error) {
    await takeBack(effects, plan, before);
    throw error;
  }
}

function createRecord({ path, tool }: SweptFile): UndoRecord {
  return { path, tool: tool.id, changes: [], created: [], setups: [], isRestored: false };
}

async function perform(effects: MoveEffects, plan: FilePlan, before: UndoRecord): Promise<void> {
  const { context, setup } = effects;
  const { file, moved, setups, stores } = plan;
  const created = moved.filter(({ isStored }) => !isStored).map(({ name }) => name);
  const targets = setups.map(({ tool, target }) => ({ tool, ...(target !== undefined && { target }) }));
  const record = extendRecord(before, { changes: [], created, setups: targets });
  await writeRecord(context, record);
  // git's file has the latest login first, and if git asks for any user, keystow prefers the one that was stored last.
  for (const credential of moved.toReversed()) await store(context, credential);
  // Planned again: one may change a file that another one has changed.
  for (const target of targets) await applySetup(setup, await planSetup(setup, target));
  for (const target of setups) requireVariables(await planSetup(setup, target));
  for (const { file: config } of stores) await removeStores(effects, config);
  for (const credential of moved) await verify(effects, credential);
  await removeSecrets(effects, file, moved, record);
}

/** Stores a secret unless it's there, and reads it back. */
async function store(context: Context, { name, secret }: MovableCredential): Promise<void> {
  const expected = encodeSecret(secret);
  const isFree = (current: { equals(other: typeof expected): boolean } | undefined) => current === undefined;
  if ((await getCredential(context, name)) === undefined) await replaceCredential(context, name, isFree, expected);
  const stored = await getCredential(context, name);
  if (stored?.equals(expected)) return;
  throw new CredentialError('round-trip-mismatch', `${formatName(name)} was not stored as it is in the file`, {
    hint: 'nothing was changed; check the store: keystow doctor',
  });
}

/** A tool that finds keystow only with a variable doesn't work until the user has exported it. */
function requireVariables({ tool, variables = [] }: SetupPlan): void {
  const [variable] = variables;
  if (variable === undefined) return;
  throw new CredentialError(
    'failed',
    `${tool} finds keystow only if ${variable.name} is set, so everything is as before`,
    {
      hint: `run this, and move again: ${formatExport(variable)}`,
    },
  );
}

/** Asks as the tool does. */
async function verify({ runTool, setup, context }: MoveEffects, { name, lookup }: MovableCredential): Promise<void> {
  const program = lookup.isOwn ? setup.executables.findOwn(lookup.program).path : lookup.program;
  const answer = await runTool({ ...lookup, program }, { signal: context.signal });
  if (answer?.exitCode === 0 && lookup.accepts(answer.stdout)) return;
  const command = [lookup.program, ...lookup.args].join(' ');
  const why = answer === undefined ? 'cannot be run' : 'does not return it';
  throw new CredentialError('failed', `${formatName(name)} was stored, but ${command} ${why}`, {
    hint: 'everything is as before; run that command yourself to see its error',
  });
}

async function removeStores(effects: MoveEffects, config: SweptFile): Promise<void> {
  const { context } = effects;
  const current = await readAgain(effects, config);
  const edits = current.leaves.flatMap(({ path, value, entry }): Edit[] =>
    path.join(' ') === 'credential helper' && /^store(\s|$)/.test(value) && entry !== undefined
      ? [replacement(current.text, entry)]
      : [],
  );
  if (edits.length === 0) return;
  const before = (await readRecord(context, config.path)) ?? createRecord(config);
  await changeFile(effects, current, before, edits);
}

async function removeSecrets(
  effects: MoveEffects,
  file: SweptFile,
  moved: readonly MovableCredential[],
  record: UndoRecord,
): Promise<void> {
  // Setting up the tool may have changed the same file.
  const current = await readAgain(effects, file);
  const now = listCredentials(current, await readConfiguration(effects));
  const credentials = now.filter((other) =>
    moved.some(({ name, secret }) => isSameName(other.name, name) && other.secret === secret),
  );
  const edits = planMoveEdits({ format: file.known.format, text: current.text }, credentials);
  if (edits === undefined || credentials.length < moved.length) throw changedError(file.path);
  await changeFile(effects, current, record, edits);
}

async function readAgain({ files }: MoveEffects, { tool, known, path }: SweptFile): Promise<SweptFile> {
  const content = await files.read(path, maxFileBytes);
  if (content === undefined || 'problem' in content) throw changedError(path);
  const file = examineFile(tool, known, content, await files.loadYamlReader());
  if ('reason' in file || file.oddity !== undefined) throw changedError(path);
  return file;
}

/** Records the change, then makes it. */
async function changeFile(
  { context, setup }: MoveEffects,
  { path, text }: SweptFile,
  record: UndoRecord,
  edits: readonly Edit[],
): Promise<void> {
  const target = await setup.files.read(path, 'file');
  if (target.text !== text) throw changedError(path);
  const change: FileEdit = { original: text, edits };
  await writeRecord(context, extendRecord(record, { changes: [change], created: [], setups: [] }));
  await setup.files.write(target, applyEdits(text, edits), { isPermitted: () => true });
}
