import { git } from '../../../domain/protocols/git.ts';
import { keystow } from '../../../profiles/keystow.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand, defineHelperCommands, type HelperActions } from '../../command.ts';
import type { Program } from '../../program.ts';
import { serveProtocol } from './serve.ts';

/** Git passes the options of `credential.helper` to every operation. */
const options = { 'allow-empty': { describe: 'store an empty password too' } };

export function gitCommand(cli: Cli): Command {
  return defineCommand({
    name: 'git',
    summary: 'Act as a git credential helper: get, store, erase or capability',
    operands: {
      operation: {
        describe: 'get, store, erase or capability; the attributes are read from stdin, see git-credential(1)',
      },
    },
    options,
    examples: [
      ["git config --global credential.helper '!$0 git'", 'use keystow for git'],
      ["printf 'protocol=https\\nhost=github.com\\n' | $0 git get", 'ask for a credential as git does'],
    ],
    run: ({ operation, ...flags }) => runOperation(cli, operation, flags),
  });
}

function runOperation(
  cli: Cli,
  operation: string,
  { 'allow-empty': allowEmpty }: { readonly 'allow-empty'?: boolean },
): Promise<void> {
  return serveProtocol(cli, git, [operation, ...(allowEmpty ? ['--allow-empty'] : [])]);
}

const exampleRequest = 'protocol=https\\nhost=example.com\\n';
const exampleCredential = `${exampleRequest}username=alice\\npassword=pw\\n`;

const operations: HelperActions = {
  get: {
    options,
    summary: 'Print the matching credential, if there is one',
    example: [`printf '${exampleRequest}' | $0 get`, 'ask for a credential as git does'],
  },
  store: {
    options,
    summary: 'Store a credential that git used successfully',
    example: [`printf '${exampleCredential}' | $0 store`, 'store one as git does'],
  },
  erase: {
    options,
    summary: 'Remove a credential that git could not use',
    example: [`printf '${exampleCredential}' | $0 erase`, 'remove it as git does'],
  },
  capability: {
    options,
    summary: 'Print the supported capabilities of the protocol',
    example: ['$0 capability', 'list the capabilities'],
  },
};

export const gitCredentialProgram: Program = {
  profile: keystow,
  helper: 'git-credential-keystow',
  summary: 'Stores git credentials in the best store this machine has.',
  variables: [['GIT_TERMINAL_PROMPT', '0: never prompt, not even to unlock a keyring']],
  examples: [['git config --global credential.helper keystow', 'use it for git']],
  commands: (cli) => defineHelperCommands(operations, (operation, flags) => runOperation(cli, operation, flags)),
};
