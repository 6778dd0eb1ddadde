import { docker } from '../../../domain/protocols/docker.ts';
import { keystow } from '../../../profiles/keystow.ts';
import type { Cli } from '../../cli.ts';
import { defineHelperCommands, type HelperActions } from '../../command.ts';
import { type Program, readPackageVersion } from '../../program.ts';
import { serveProtocol } from './serve.ts';

/** As PrintVersion of docker-credential-helpers, credentials.go. */
function formatVersion(version: string): string {
  return `docker-credential-keystow (keystow) ${version}`;
}

/** Runs an action of the executable: those of the protocol, and `version`. */
async function runAction(cli: Cli, action: string, flags: Readonly<Record<string, boolean>>): Promise<void> {
  if (action === 'version') return cli.print([formatVersion(readPackageVersion())]);
  await serveProtocol(cli, docker, [action, ...(flags['allow-empty'] ? ['--allow-empty'] : [])]);
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
  // As in docker-credential-helpers.
  usage: 'Usage: docker-credential-keystow <store|get|erase|list|version>',
  formatVersion,
  examples: [
    [
      'mkdir -p ~/.docker && echo \'{ "credsStore": "keystow" }\' >~/.docker/config.json',
      'use it for docker, if config.json does not exist yet',
    ],
    ['printf localhost:5000 | $0 get', 'ask for a login as docker does'],
  ],
  commands: (cli) => defineHelperCommands(actions, (action, flags) => runAction(cli, action, flags)),
};
