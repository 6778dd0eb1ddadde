import type { Context } from '../../../app/context.ts';
import { eraseForGit, getForGit, storeForGit } from '../../../app/protocols/git.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import {
  type Attributes,
  capabilities,
  formatAttributes,
  parseAttributes,
  parseBoolean,
} from '../../../domain/protocols/git-credential.ts';
import { keystow } from '../../../profiles/keystow.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand, defineHelperCommands, type HelperActions } from '../../command.ts';
import type { Program } from '../../program.ts';
import { openStdin, untilAborted } from '../../stdin.ts';

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
    run: ({ operation, 'allow-empty': allowEmpty }) => serveGit(cli, operation, { allowEmpty }),
  });
}

/** Runs an operation of a git credential helper. Unknown operations are ignored, as gitcredentials(7) requires. */
export async function serveGit(cli: Cli, operation: string, { allowEmpty = false } = {}): Promise<void> {
  switch (operation) {
    case 'get':
      return printForGit(cli);
    case 'store':
      return storeForGit(createContextForGit(cli), await readGitRequest(cli), { allowEmpty });
    case 'erase':
      return eraseForGit(createContextForGit(cli), await readGitRequest(cli));
    case 'capability':
      return cli.print(['version 0', ...capabilities.map((name) => `capability ${name}`)]);
  }
}

async function printForGit(cli: Cli): Promise<void> {
  const print = (attributes: Attributes) => cli.printBytes(Buffer.from(formatAttributes(attributes), 'latin1'));
  try {
    await print(await getForGit(createContextForGit(cli), await readGitRequest(cli)));
  } catch (error) {
    // Makes git stop instead of prompting the user itself.
    if (error instanceof CredentialError && error.code === 'cancelled') await print([['quit', '1']]);
    throw error;
  }
}

/** Creates a context that prompts only if git may. */
function createContextForGit(cli: Cli): Context {
  const { GIT_TERMINAL_PROMPT } = cli.environment;
  return cli.context({ interactive: GIT_TERMINAL_PROMPT === undefined || parseBoolean(GIT_TERMINAL_PROMPT) });
}

/** Larger than any request; a guard against a pipe that never ends. */
const maxRequestBytes = 16 * 1024 * 1024;

/** Reads attributes up to a blank line, after which stdin may stay open, or to the end of stdin. */
async function readGitRequest({ signal }: Cli): Promise<Attributes> {
  let text = '';
  for await (const chunk of untilAborted(openStdin(), signal)) {
    const from = Math.max(text.length - 1, 0);
    text += chunk.toString('latin1');
    if (text.length > maxRequestBytes) {
      throw new CredentialError('invalid-input', `the request is larger than ${maxRequestBytes} bytes`);
    }
    if (text.startsWith('\n') || text.includes('\n\n', from)) break;
  }
  return parseAttributes(text);
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
  commands: (cli) =>
    defineHelperCommands(operations, (operation, flags) =>
      serveGit(cli, operation, { allowEmpty: flags['allow-empty'] ?? false }),
    ),
};
