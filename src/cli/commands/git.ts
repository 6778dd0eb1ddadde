import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { quickGit } from './quick-git.ts';

export function gitCommand(cli: Cli): Command {
  return command({
    name: 'git',
    summary: 'Serve git as its credential helper: get, store, erase or capability',
    operands: { operation: { describe: 'what git asks for; the rest is on stdin, as git-credential(1) has it' } },
    examples: [
      ["git config --global credential.helper '!$0 git'", 'have git ask keystow'],
      ["printf 'protocol=https\\nhost=github.com\\n' | $0 git get", 'ask as git does'],
    ],
    run: ({ operation }) => quickGit.run(cli, operation),
  });
}
