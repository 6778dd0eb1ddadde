import { type SetupTool, setUp } from '../setup-tool.ts';

const executable = 'keystow-askpass';

/** Variables for ssh(1), sudo(8) and git(1). Nothing is edited: the user decides which programs get them. */
export const askpassTool: SetupTool = {
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
