import type { Context } from '../app/context.ts';
import { getForGit } from '../app/protocols/git.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { type Attributes, formatAttributes, parseBoolean } from '../domain/protocols/git/attributes.ts';
import { capabilities } from '../domain/protocols/git/git-credential.ts';
import type { Cli } from './cli.ts';
import { readGitRequest } from './read-git-request.ts';
import { stdin } from './stdin.ts';

/** Carries out an operation of a git credential helper. One that it does not know is ignored, as gitcredentials(7) wants. */
export async function serveGit(cli: Cli, operation: string): Promise<void> {
  switch (operation) {
    case 'get':
      return get(cli);
    case 'store': {
      const { storeForGit } = await import('../app/protocols/git.ts');
      return storeForGit(contextFor(cli), await readGitRequest(stdin()));
    }
    case 'erase': {
      const { eraseForGit } = await import('../app/protocols/git.ts');
      return eraseForGit(contextFor(cli), await readGitRequest(stdin()));
    }
    case 'capability':
      return cli.print(['version 0\n', ...capabilities.map((name) => `capability ${name}\n`)].join(''));
  }
}

async function get(cli: Cli): Promise<void> {
  const print = (attributes: Attributes) => cli.print(Buffer.from(formatAttributes(attributes), 'latin1'));
  try {
    await print(await getForGit(contextFor(cli), await readGitRequest(stdin())));
  } catch (error) {
    // Who called it off is not to be asked again by git.
    if (error instanceof CredentialError && error.code === 'cancelled') await print([['quit', '1']]);
    throw error;
  }
}

/** A git that may not ask has nobody asked. */
function contextFor(cli: Cli): Context {
  const { GIT_TERMINAL_PROMPT } = cli.environment;
  return cli.context({ prompting: GIT_TERMINAL_PROMPT === undefined || parseBoolean(GIT_TERMINAL_PROMPT) });
}
