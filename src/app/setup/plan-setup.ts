import { CredentialError, isCredentialError } from '../../domain/credential-error.ts';
import type { SetupTool, ToolId, ToolPlan } from '../../domain/setup/setup-tool.ts';
import { findTool } from '../../domain/setup/tools.ts';
import { isPrintable } from '../../domain/text/escape.ts';
import { readSetup, type SetupContext } from './setup-context.ts';

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
export function nameFile(error: unknown, tool: SetupTool, paths: readonly string[]): unknown {
  if (!isCredentialError(error) || error.code !== 'file-damaged') return error;
  const message = `the configuration of ${tool.id} is left as it is: ${paths.join(', ')}: ${error.message}`;
  return new CredentialError('file-damaged', message, { hint: 'correct the file, and run this again', cause: error });
}
