import { eraseForDocker, getForDocker, listForDocker, storeForDocker } from '../../../app/protocols/docker.ts';
import { dockerMessages, parseDockerLogin } from '../../../domain/protocols/docker-login.ts';
import { keystow } from '../../../profiles/keystow.ts';
import type { Cli } from '../../cli.ts';
import { defineHelperCommands, type HelperActions } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import type { Program } from '../../program.ts';
import { openStdin, readStdin } from '../../stdin.ts';

/**
 * Runs an action of a docker credential helper. Errors are printed to stdout, where docker reads them, and to stderr,
 * because some docker commands don't show what they read. A login that isn't found is reported on stdout only.
 */
export async function serveDocker(cli: Cli, action: string, { allowEmpty = false } = {}): Promise<void> {
  try {
    await runAction(cli, action, allowEmpty);
  } catch (error) {
    await cli.print([`${error instanceof Error ? error.message : error}`]);
    throw error;
  }
}

async function runAction(cli: Cli, action: string, allowEmpty: boolean): Promise<void> {
  switch (action) {
    case 'get': {
      const login = await getForDocker(cli.context(), (await readInput(cli)).trim());
      await (login ? cli.printJson(login, 0) : cli.print([dockerMessages.notFound]));
      return cli.exitWith(login ? exitCodes.done : exitCodes.error);
    }
    case 'store':
      return storeForDocker(cli.context(), parseDockerLogin(await readInput(cli)), { allowEmpty });
    case 'erase':
      return eraseForDocker(cli.context(), (await readInput(cli)).trim());
    case 'list':
      return cli.printJson(await listForDocker(cli.context()), 0);
    case 'version': {
      // Not loaded by the other actions: program.ts brings the completion along.
      const { readPackageVersion } = await import('../../program.ts');
      return cli.print([formatVersion(readPackageVersion())]);
    }
    default:
      await cli.print(['Unknown credential action (argument 1)']);
      return cli.exitWith(exitCodes.error);
  }
}

/** As PrintVersion of docker-credential-helpers, credentials.go. */
function formatVersion(version: string): string {
  return `docker-credential-keystow (keystow) ${version}`;
}

async function readInput({ signal }: Cli): Promise<string> {
  return (await readStdin(openStdin(), signal)).toString('utf8');
}

const exampleLogin = '{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}';

const actions: HelperActions = {
  get: {
    summary: 'Print the login for the registry whose URL is on stdin',
    example: ['printf localhost:5000 | $0 get', 'ask for a login as docker does'],
  },
  store: {
    summary: 'Store a login: JSON with ServerURL, Username and Secret on stdin',
    example: [`echo '${exampleLogin}' | $0 store`, 'store a login as docker does'],
    options: { 'allow-empty': { describe: 'store an empty secret too' } },
  },
  erase: {
    summary: 'Remove the login for the registry whose URL is on stdin',
    example: ['printf localhost:5000 | $0 erase', 'remove a login as docker does'],
  },
  list: { summary: 'Print the user name for each registry, as JSON', example: ['$0 list', 'list all logins'] },
  version: { summary: 'Print the version', example: ['$0 version', 'show which version is installed'] },
};

export const dockerCredentialProgram: Program = {
  profile: keystow,
  helper: 'docker-credential-keystow',
  summary: 'Stores docker logins in the best store this machine has.',
  // As Serve there.
  usage: 'Usage: docker-credential-keystow <store|get|erase|list|version>',
  formatVersion,
  examples: [
    [
      'mkdir -p ~/.docker && echo \'{ "credsStore": "keystow" }\' >~/.docker/config.json',
      'use it for docker, if config.json does not exist yet',
    ],
    ['printf localhost:5000 | $0 get', 'ask for a login as docker does'],
  ],
  commands: (cli) =>
    defineHelperCommands(actions, (action, flags) =>
      serveDocker(cli, action, { allowEmpty: flags['allow-empty'] ?? false }),
    ),
};
