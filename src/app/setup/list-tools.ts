import { isCredentialError } from '../../domain/credential-error.ts';
import type { SetupState, SetupTool, ToolId } from '../../domain/setup/setup-tool.ts';
import { setupTools } from '../../domain/setup/tools.ts';
import { planSetup } from './plan-setup.ts';
import type { SetupContext } from './setup-context.ts';

/** A tool that was found on this machine. */
export interface ToolStatus {
  readonly tool: ToolId;
  /** `damaged`: its configuration can't be read or edited, for the `problem`. */
  readonly state: SetupState | 'damaged';
  /** The configuration files that exist. */
  readonly files: readonly string[];
  /** What was set up by name, such as registries. */
  readonly targets: readonly string[];
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
  setup: SetupContext,
  tool: SetupTool,
  targets: readonly string[],
): Promise<ToolStatus | undefined> {
  const paths = [...new Set(tool.locate(setup.machine, undefined))];
  const existing: string[] = [];
  for (const path of paths) if (await exists(setup, path)) existing.push(path);
  const isFound = existing.length > 0 || tool.commands.some((name) => setup.executables.isOnPath(name));
  if (!isFound) return undefined;
  const base = { tool: tool.id, files: existing, targets };
  try {
    const { state } = await planSetup(setup, { tool: tool.id });
    return {
      ...base,
      state: state === 'set-up' || targets.length === 0 ? state : await examineTargets(setup, tool, targets, state),
    };
  } catch (error) {
    if (!isCredentialError(error)) throw error;
    // A tool without a default target is set up for each target.
    if (error.code === 'invalid-input')
      return { ...base, state: await examineTargets(setup, tool, targets, 'not-set-up') };
    return { ...base, state: 'damaged', problem: error.message };
  }
}

async function examineTargets(
  setup: SetupContext,
  { id }: SetupTool,
  targets: readonly string[],
  otherwise: SetupState,
): Promise<SetupState> {
  for (const target of targets) {
    const plan = await planSetup(setup, { tool: id, target });
    if (plan.state === 'set-up') return 'set-up';
  }
  return otherwise;
}

/** What can't be read exists. */
function exists({ files }: SetupContext, path: string): Promise<boolean> {
  return files.read(path, 'configuration').then(
    ({ text }) => text !== undefined,
    () => true,
  );
}
