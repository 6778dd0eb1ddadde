import type { SetupTool, ToolId } from './setup-tool.ts';
import { claudeTool, codexTool } from './tools/agents.ts';
import { ansibleTool } from './tools/ansible.ts';
import { askpassTool } from './tools/askpass.ts';
import { awsTool } from './tools/aws.ts';
import { bazelTool, goTool } from './tools/builds.ts';
import { cargoTool } from './tools/cargo.ts';
import { dockerTool, podmanTool } from './tools/containers.ts';
import { gitTool } from './tools/git.ts';
import { kubectlTool } from './tools/kubectl.ts';
import { pipTool, uvTool } from './tools/pip.ts';
import { pnpmTool } from './tools/pnpm.ts';
import { terraformTool } from './tools/terraform.ts';

const tools: Readonly<Record<ToolId, SetupTool>> = {
  git: gitTool,
  docker: dockerTool,
  podman: podmanTool,
  aws: awsTool,
  kubectl: kubectlTool,
  cargo: cargoTool,
  terraform: terraformTool,
  pnpm: pnpmTool,
  pip: pipTool,
  uv: uvTool,
  ansible: ansibleTool,
  go: goTool,
  bazel: bazelTool,
  claude: claudeTool,
  codex: codexTool,
  askpass: askpassTool,
};

export const setupTools: readonly SetupTool[] = Object.values(tools);

export function findTool(id: ToolId): SetupTool {
  return tools[id];
}
