import { keystow } from '../../profiles/keystow.ts';
import { type Command, command } from '../command.ts';
import type { Program } from '../program.ts';
import { serveDocker } from '../serve-docker.ts';

const actions = {
  get: 'Give docker the login at the registry whose URL is on stdin',
  store: 'Keep a login: JSON with ServerURL, Username and Secret on stdin',
  erase: 'Remove the login at the registry whose URL is on stdin',
  list: 'Print the user of every registry, as JSON',
  version: 'Print the version',
} as const;

export const dockerCredentialProgram: Program = {
  profile: keystow,
  helper: 'docker-credential-keystow',
  summary: 'Keeps the logins of docker, which runs it, in the best store that this machine has.',
  examples: [
    [
      'echo \'{ "credsStore": "keystow" }\' >~/.docker/config.json',
      'have docker ask it, where there is no such file yet',
    ],
    ['printf localhost:5000 | $0 get', 'ask as docker does'],
  ],
  commands: (cli) =>
    Object.entries(actions).map(
      ([name, summary]): Command => command({ name, summary, examples: [], run: () => serveDocker(cli, name) }),
    ),
};
