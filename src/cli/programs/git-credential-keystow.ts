import { keystow } from '../../profiles/keystow.ts';
import type { Program } from '../program.ts';
import { serveGit } from '../serve-git.ts';
import { type Served, servedCommands } from './served.ts';

const request = 'protocol=https\\nhost=example.com\\n';
const whole = `${request}username=alice\\npassword=pw\\n`;

const operations: Served = {
  get: {
    summary: 'Give git a credential that is kept; nothing where there is none',
    example: [`printf '${request}' | $0 get`, 'ask as git does'],
  },
  store: {
    summary: 'Keep a credential that has served git',
    example: [`printf '${whole}' | $0 store`, 'keep one as git does'],
  },
  erase: {
    summary: 'Remove a credential that has not',
    example: [`printf '${whole}' | $0 erase`, 'remove it as git does'],
  },
  capability: {
    summary: 'Say which parts of the protocol are understood',
    example: ['$0 capability', 'what git may ask for'],
  },
};

export const gitCredentialProgram: Program = {
  profile: keystow,
  helper: 'git-credential-keystow',
  summary: 'Keeps the credentials of git, which runs it, in the best store that this machine has.',
  variables: [['GIT_TERMINAL_PROMPT', '0: nobody is asked anything, not even to unlock a keyring']],
  examples: [
    ['git config --global credential.helper keystow', 'have git ask it'],
    ["printf 'protocol=https\\nhost=github.com\\n' | $0 get", 'ask as git does'],
  ],
  commands: (cli) => servedCommands(operations, (operation) => serveGit(cli, operation)),
};
