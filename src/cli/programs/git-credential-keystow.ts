import { keystow } from '../../profiles/keystow.ts';
import { type Command, command } from '../command.ts';
import type { Program } from '../program.ts';
import { serveGit } from '../serve-git.ts';

const operations = {
  get: 'Give git a credential that is kept; nothing where there is none',
  store: 'Keep a credential that has served git',
  erase: 'Remove a credential that has not',
  capability: 'Say which parts of the protocol are understood',
} as const;

export const gitCredentialProgram: Program = {
  profile: keystow,
  helper: 'git-credential-keystow',
  summary: 'Keeps the credentials of git, which runs it, in the best store that this machine has.',
  variables: [['GIT_TERMINAL_PROMPT', '0: nobody is asked anything, not even to unlock a keyring']],
  examples: [
    ['git config --global credential.helper keystow', 'have git ask it'],
    ["printf 'protocol=https\\nhost=github.com\\n' | $0 get", 'ask as git does'],
  ],
  commands: (cli) =>
    Object.entries(operations).map(
      ([name, summary]): Command => command({ name, summary, examples: [], run: () => serveGit(cli, name) }),
    ),
};
