import { keystow } from '../../profiles/keystow.ts';
import type { Program } from '../program.ts';
import { serveDocker } from '../serve-docker.ts';
import { type Served, servedCommands } from './served.ts';

const login = '{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}';

const actions: Served = {
  get: {
    summary: 'Give docker the login at the registry whose URL is on stdin',
    example: ['printf localhost:5000 | $0 get', 'ask as docker does'],
  },
  store: {
    summary: 'Keep a login: JSON with ServerURL, Username and Secret on stdin',
    example: [`echo '${login}' | $0 store`, 'keep one as docker does'],
  },
  erase: {
    summary: 'Remove the login at the registry whose URL is on stdin',
    example: ['printf localhost:5000 | $0 erase', 'remove it as docker does'],
  },
  list: { summary: 'Print the user of every registry, as JSON', example: ['$0 list', 'who is logged in where'] },
  version: { summary: 'Print the version', example: ['$0 version', 'which one is installed'] },
};

export const dockerCredentialProgram: Program = {
  profile: keystow,
  helper: 'docker-credential-keystow',
  summary: 'Keeps the logins of docker, which runs it, in the best store that this machine has.',
  examples: [
    [
      'mkdir -p ~/.docker && echo \'{ "credsStore": "keystow" }\' >~/.docker/config.json',
      'have docker ask it, where there is no such file yet',
    ],
    ['printf localhost:5000 | $0 get', 'ask as docker does'],
  ],
  commands: (cli) => servedCommands(actions, (action) => serveDocker(cli, action)),
};
