import { isCredentialError } from '../../domain/credential-error.ts';
import type { SetupState, SetupTool, ToolId } from '../../domain/setup/setup-tool.ts';
import { setupTools } from '../../domain/setup/tools.ts';
import type { ConfigFile, ConfigFiles } from '../../ports/tool-files.ts';
import { planSetup, type SetupContext } from './setup.ts';

/** A tool that was found on this machine. */
export interface ToolStatus {
  readonly tool: ToolId;
  /** `damaged`: its configuration can't be read or edited, for the `problem`. */
  readonly state: SetupState | 'damaged';
  /** The configuration files that exist. */
  readonly files: readonly string[];
  /** What else is set up, such as registries. */
  readonly targets: readonly string[];
  /** Whether the tool uses keystow for everything that isn't a target of its own. */
  readonly isDefaultSetUp: boolean;
  readonly problem?: string;
}

/** Lists the tools that are on PATH or have a configuration. Changes nothing, and never rejects. */
export async function listTools(setup: SetupContext): Promise<readonly ToolStatus[]> {
  const targets = await findTargets(setup);
  const found: ToolStatus[] = [];
  for (const tool of setupTools) {
    const status = await examineTool(setup, tool, targets.get(tool.id) ?? []);
    if (status !== undefined) found.push(status);
  }
  return found;
}

async function findTargets({ records }: SetupContext): Promise<ReadonlyMap<ToolId, readonly string[]>> {
  const all = await records.read().catch(() => []);
  const targets = new Map<ToolId, readonly string[]>();
  for (const { tool, target } of all) {
    if (target !== undefined) targets.set(tool, [...(targets.get(tool) ?? []), target]);
  }
  return targets;
}

async function examineTool(
  context: SetupContext,
  tool: SetupTool,
  targets: readonly string[],
): Promise<ToolStatus | undefined> {
  const setup = { ...context, files: readOnce(context.files) };
  const paths = [...new Set(tool.locate(setup.machine, undefined))];
  const existing: string[] = [];
  for (const path of paths) if (await exists(setup, tool, path)) existing.push(path);
  const isFound = existing.length > 0 || tool.commands.some((name) => setup.executables.findOnPath(name) !== undefined);
  if (!isFound) return undefined;
  const base = { tool: tool.id, files: existing };
  try {
    const state = await findDefaultState(setup, tool);
    const set = await findSetUp(setup, tool, targets);
    const isDefaultSetUp = state === 'set-up';
    return { ...base, state: set.length > 0 ? 'set-up' : state, targets: set, isDefaultSetUp };
  } catch (error) {
    if (!isCredentialError(error)) throw error;
    return { ...base, state: 'damaged', targets: [], isDefaultSetUp: false, problem: error.message };
  }
}

async function findDefaultState(setup: SetupContext, { id }: SetupTool): Promise<SetupState> {
  try {
    return (await planSetup(setup, { tool: id })).state;
  } catch (error) {
    // Some tools have no default, or not now. Without our executable, the tool can't use it.
    const codes = ['invalid-input', 'command-not-found'];
    if (isCredentialError(error) && codes.includes(error.code)) return 'not-set-up';
    throw error;
  }
}

async function findSetUp(
  setup: SetupContext,
  { id }: SetupTool,
  targets: readonly string[],
): Promise<readonly string[]> {
  const set: string[] = [];
  for (const target of targets) {
    const plan = await planSetup(setup, { tool: id, target }).catch(() => undefined);
    if (plan?.state === 'set-up') set.push(target);
  }
  return set;
}

/** The default and each target are planned from the same files. */
function readOnce(files: ConfigFiles): ConfigFiles {
  const reads = new Map<string, Promise<ConfigFile>>();
  return {
    ...files,
    read(path, label) {
      const read = reads.get(path) ?? files.read(path, label);
      reads.set(path, read);
      return read;
    },
  };
}

/** What can't be read exists. */
function exists({ files }: SetupContext, { id }: SetupTool, path: string): Promise<boolean> {
  return files.read(path, `configuration of ${id}`).then(
    ({ text }) => text !== undefined,
    () => true,
  );
}
