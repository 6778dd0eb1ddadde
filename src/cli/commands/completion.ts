import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { completionScript, shells } from '../completion/scripts.ts';

export function completionCommand(cli: Cli): Command {
  return command({
    name: 'completion',
    summary: 'Print what teaches a shell to complete commands, options and the names that are kept',
    operands: { shell: { choices: shells, describe: 'bash, zsh or fish' } },
    examples: [
      ['eval "$($0 completion bash)"', 'in ~/.bashrc'],
      ['eval "$($0 completion zsh)"', 'in ~/.zshrc, after compinit'],
      ['$0 completion fish | source', 'in ~/.config/fish/config.fish'],
    ],
    run: ({ shell }) => cli.print(completionScript(shell, cli.profile.program)),
  });
}
