import { CredentialError } from '../credential-error.ts';
import type { SetupTool, ToolId } from './setup-tool.ts';
import { gitTool } from './tools/git.ts';

/** In the order of {@link toolIds}. */
export const setupTools: readonly SetupTool[] = [gitTool];

export function findTool(id: ToolId): SetupTool {
  const tool = setupTools.find((tool) => tool.id === id);
  if (tool !== undefined) return tool;
  throw new CredentialError('invalid-input', `setting up ${id} is not supported yet`, {
    hint: `use one of: ${setupTools.map(({ id }) => id).join(', ')}`,
  });
}
