import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import { type CredentialName, formatName, isSameName } from '../../domain/credential-name.ts';
import { readGitConfig } from '../../domain/formats/git-config.ts';
import { isFault, type Leaf, type LeafReader } from '../../domain/formats/leaf.ts';
import { readToml } from '../../domain/formats/toml.ts';
import { parseBoolean } from '../../domain/protocols/git-credential.ts';
import type { Finding, MovableCredential, ToolConfiguration } from '../../domain/sweep/finding.ts';
import { config } from '../../domain/sweep/known-file.ts';
import { isSoleAccount, listMovable, planMoveEdits } from '../../domain/sweep/movable.ts';
import type { SetupTarget } from '../../domain/sweep/undo-record.ts';
import type { Context } from '../context.ts';
import { encodeSecret, getCredential } from '../credentials/get-credential.ts';
import { listCredentials as listStored } from '../credentials/list-credentials.ts';
import { planSetup, type SetupContext, type SetupPlan } from '../setup/setup.ts';
import {
  locateFile,
  maxFileBytes,
  type SweepOptions,
  type SweepResult,
  type SweptFile,
  type SweptMachine,
} from './sweep.ts';

/** What `sweep --move` will do to one file. */
export interface FilePlan {
  readonly file: SweptFile;
  readonly moved: readonly PlannedCredential[];
  readonly left: readonly LeftFinding[];
  /** The changes of the tool's configuration. None if it already asks keystow. */
  readonly setups: readonly SetupPlan[];
  /** Lines of git's configuration that go on writing passwords to the file: `credential.helper = store`. */
  readonly stores: readonly { readonly file: SweptFile; readonly leaves: readonly Leaf[] }[];
}

export interface PlannedCredential extends MovableCredential {
  /** Whether keystow already has the same secret under that name. */
  readonly isStored: boolean;
}

export interface LeftFinding {
  readonly finding: Finding;
  /**
   * `no-helper`: the tool can't ask another program, at least not for this. `conflict`: keystow or the file has another secret for
   * the same. `oddity`: see {@link SweptFile}. `not-removable`: not without changing something else. `setup`: see `problem`.
   */
  readonly reason: 'no-helper' | 'conflict' | 'oddity' | 'not-removable' | 'setup';
  /** Why the tool can't be set up, or the name that's taken. */
  readonly problem?: string;
}

export interface MoveContext {
  readonly context: Context;
  readonly setup: SetupContext;
  readonly machine: SweptMachine;
  readonly files: SweepOptions['files'];
}

/** Plans what can be moved. Changes nothing. */
export async function planMove(move: MoveContext, { files }: SweepResult): Promise<readonly FilePlan[]> {
  const configuration = await readConfiguration(move);
  const plans: FilePlan[] = [];
  for (const file of files) {
    const planned = plans.flatMap(({ moved }) => moved);
    if (file.findings.length > 0) plans.push(await planFile(move, file, configuration, planned));
  }
  return plans.map((plan) => ({ ...plan, stores: findStores(plan, plans, files) }));
}

/** `planned`: what will be moved out of other files before. */
async function planFile(
  move: MoveContext,
  file: SweptFile,
  configuration: ToolConfiguration,
  planned: readonly PlannedCredential[],
): Promise<FilePlan> {
  const { findings, oddity } = file;
  const leave = (reason: LeftFinding['reason']) => findings.map((finding) => ({ finding, reason }));
  const nothing = { file, moved: [], setups: [], stores: [] };
  if (file.tool.remedy !== undefined) return { ...nothing, left: leave('no-helper') };
  if (oddity !== undefined) return { ...nothing, left: leave('oddity') };
  const moved: PlannedCredential[] = [];
  const left: LeftFinding[] = [];
  const leaveOne = (credential: MovableCredential, reason: LeftFinding['reason'], problem?: string) =>
    left.push(...credential.findings.map((finding) => ({ finding, reason, ...(problem && { problem }) })));
  for (const credential of listCredentials(file, configuration)) {
    const { name, secret } = credential;
    const stored = await getCredential(move.context, name);
    const isSame = stored?.equals(encodeSecret(secret)) ?? false;
    const rivals = [...planned, ...moved].filter((other) => isRival(credential, other));
    const accounts = isSoleAccount(credential) ? await listStored(move.context, name.service) : [];
    const rival = rivals[0]?.name ?? accounts.find((other) => !isSameName(other, name));
    if ((stored !== undefined && !isSame) || rival !== undefined) {
      const { service, account } = rival ?? name;
      leaveOne(credential, 'conflict', `${service} ${account}`);
    } else if (planMoveEdits(toSource(file), [credential]) === undefined) leaveOne(credential, 'not-removable');
    else moved.push({ ...credential, isStored: isSame });
  }
  const known = [...moved.flatMap((credential) => credential.findings), ...left.map(({ finding }) => finding)];
  for (const finding of findings) if (!known.includes(finding)) left.push({ finding, reason: 'no-helper' });
  return { ...(await planSetups(move, moved, left)), file, stores: [] };
}

/** Whether the helper could return one of two credentials instead of the other. Not if it is the same one twice. */
function isRival(credential: MovableCredential, other: MovableCredential): boolean {
  const { name, secret } = credential;
  if (isSameName(name, other.name)) return secret !== other.secret;
  return isSoleAccount(credential) && name.service === other.name.service;
}

/**
 * Plans the rest of a plan: another process, or the move of another file, may have done a part of it since. A credential that
 * has left the file, and that keystow has, is moved already.
 *
 * - the file has changed since the user agreed → `file-busy`
 * - keystow has another secret under the same name by now → `failed`
 */
export async function planAgain(move: MoveContext, plan: FilePlan, file: SweptFile): Promise<FilePlan> {
  const configuration = await readConfiguration(move);
  const again = await planFile(move, file, configuration, []);
  const isIn = (credentials: readonly MovableCredential[], { name, secret }: MovableCredential) =>
    credentials.some((other) => isSameName(other.name, name) && other.secret === secret);
  const inFile = listCredentials(file, configuration);
  const isOf = (credential: MovableCredential, finding: Finding) =>
    inFile.some((other) => isIn([other], credential) && other.findings.includes(finding));
  for (const credential of plan.moved.filter((credential) => !isIn(again.moved, credential))) {
    const { name, secret } = credential;
    const stored = await getCredential(move.context, name);
    if (stored !== undefined && !stored.equals(encodeSecret(secret))) throw conflictError(name);
    if (again.left.some(({ finding, reason }) => reason === 'conflict' && isOf(credential, finding)))
      throw conflictError(name);
    if (stored === undefined || isIn(inFile, credential)) throw changedError(file.path);
  }
  if (again.moved.some((credential) => !isIn(plan.moved, credential))) throw changedError(file.path);
  return { ...again, stores: plan.stores };
}

export function changedError(path: string): CredentialError {
  return new CredentialError('file-busy', `${path} was changed meanwhile`, { hint: 'run this again' });
}

function conflictError(name: CredentialName): CredentialError {
  return new CredentialError('failed', `keystow has another secret for ${formatName(name)}, so it stays in the file`, {
    hint: 'remove one of the two, and run this again',
  });
}

/** The credentials that can be moved out of a file. */
export function listCredentials(file: SweptFile, configuration: ToolConfiguration): readonly MovableCredential[] {
  return listMovable({ ...toSource(file), configuration });
}

function toSource({ tool, known, text, leaves, findings }: SweptFile) {
  return { tool: tool.id, format: known.format, text, leaves, findings };
}

/**
 * A tool that can use one helper for everything is set up like that if nothing stays in the file: docker then ignores what does.
 */
async function planSetups(
  { setup }: MoveContext,
  moved: readonly PlannedCredential[],
  left: readonly LeftFinding[],
): Promise<Pick<FilePlan, 'moved' | 'left' | 'setups'>> {
  const plans = new Map<string, SetupPlan | string>();
  const toTarget = ({ setup: { tool, target } }: MovableCredential): SetupTarget => {
    const usesAll = tool === 'docker' && left.length === 0;
    return { tool, ...(target !== undefined && !usesAll && { target }) };
  };
  for (const credential of moved) {
    const request = toTarget(credential);
    const key = JSON.stringify(request);
    if (!plans.has(key)) plans.set(key, await planOrExplain(setup, request));
  }
  const failures = moved.flatMap((credential): LeftFinding[] => {
    const problem = plans.get(JSON.stringify(toTarget(credential)));
    if (typeof problem !== 'string') return [];
    return credential.findings.map((finding) => ({ finding, reason: 'setup', problem }));
  });
  const kept = moved.filter((credential) => typeof plans.get(JSON.stringify(toTarget(credential))) !== 'string');
  const setups = [...plans.values()].flatMap((plan) =>
    typeof plan === 'string' || plan.changes.length === 0 ? [] : plan,
  );
  return { moved: kept, left: [...left, ...failures], setups };
}

async function planOrExplain(setup: SetupContext, request: SetupTarget): Promise<SetupPlan | string> {
  try {
    return await planSetup(setup, request);
  } catch (error) {
    if (isCredentialError(error) && error.code !== 'cancelled') return error.message;
    throw error;
  }
}

/** git goes on writing to a file as long as it has the helper `store`. It's removed once nothing in the file needs it. */
function findStores(plan: FilePlan, plans: readonly FilePlan[], files: readonly SweptFile[]): FilePlan['stores'] {
  const isUrls = ({ file }: FilePlan) => file.known.format === 'credential-urls';
  const urls = plans.filter(isUrls);
  if (!isUrls(plan) || plan !== urls[0] || urls.some(({ left }) => left.length > 0)) return [];
  return files.flatMap((file) => {
    if (file.known.format !== 'git-config' || file.oddity !== undefined) return [];
    const leaves = file.leaves.filter(
      ({ path, value, entry }) =>
        path.join(' ') === 'credential helper' && /^store(\s|$)/.test(value) && entry !== undefined,
    );
    return leaves.length > 0 ? [{ file, leaves }] : [];
  });
}

/** Reads what decides under which names git and cargo ask. */
export async function readConfiguration(move: Pick<MoveContext, 'machine' | 'files'>): Promise<ToolConfiguration> {
  const git = await readLeaves(move, ['{GIT_CONFIG_GLOBAL:-~/.gitconfig}', `${config}/git/config`], readGitConfig);
  // The Cargo Book, "Registries".
  const cargo = await readLeaves(
    move,
    ['{CARGO_HOME:-~/.cargo}/config', '{CARGO_HOME:-~/.cargo}/config.toml'],
    readToml,
  );
  return {
    usesPaths: git.some(
      ({ path, value }) => path[0] === 'credential' && path.at(-1) === 'usehttppath' && parseBoolean(value),
    ),
    registries: new Map(
      cargo.flatMap(({ path: [table, name = '', key], value }) =>
        table === 'registries' && key === 'index' ? [[name, value] as const] : [],
      ),
    ),
  };
}

async function readLeaves(
  { machine, files }: Pick<MoveContext, 'machine' | 'files'>,
  paths: readonly string[],
  read: LeafReader,
): Promise<readonly Leaf[]> {
  const found: Leaf[] = [];
  for (const path of paths.flatMap((path) => locateFile({ path }, machine))) {
    const content = await files.read(path, maxFileBytes);
    const leaves = content === undefined || 'problem' in content ? [] : read(new TextDecoder().decode(content.bytes));
    if (!isFault(leaves)) found.push(...leaves);
  }
  return found;
}
