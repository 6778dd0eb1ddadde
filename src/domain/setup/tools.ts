import { type SetupTool, setUp, type ToolId } from './setup-tool.ts';
import { claudeTool, codexTool } from './tools/agents.ts';
import { ansibleTool } from './tools/ansible.ts';
import { awsTool } from './tools/aws.ts';
import { bazelTool, goTool } from './tools/builds.ts';
import { cargoTool } from './tools/cargo.ts';
import { dockerTool, podmanTool } from './tools/containers.ts';
import { gitTool } from './tools/git.ts';
import { kubectlTool } from './tools/kubectl.ts';
import { pipTool, uvTool } from './tools/pip.ts';
import { pnpmTool } from './tools/pnpm.ts';
import { terraformTool } from './tools/terraform.ts';

const executable = 'keystow-askpass';

/** Variables for ssh(1), sudo(8) and git(1). Nothing is edited: the user decides which programs get them. */
const askpassTool: SetupTool = {
  id: 'askpass',
  title: 'ssh, and sudo -A',
  commands: ['ssh', 'sudo'],
  locate: () => [],
  plan({ machine: { environment }, findExecutable }) {
    const { path } = findExecutable(executable);
    const wanted = [
      { name: 'SSH_ASKPASS', value: path },
      // Without a display, ssh asks on the terminal instead.
      { name: 'SSH_ASKPASS_REQUIRE', value: 'force' },
      { name: 'SUDO_ASKPASS', value: path },
    ];
    const variables = wanted.filter(({ name, value }) => environment[name] !== value);
    if (variables.length === 0) return setUp;
    return { state: 'not-set-up', changes: [], others: [], notes: [], variables };
  },
  unset: () => [],
};

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
