import { docker } from '../../../domain/protocols/docker.ts';
import { keystow } from '../../../profiles/keystow.ts';
import type { Cli } from '../../cli.ts';
import { defineHelperCommands, type HelperActions } from '../../command.ts';
import { type Program, readPackageVersion } from '../../program.ts';
import { serveProtocol } from './serve.ts';

/** The help of an executable whose requests `createDirectHelper` answers. */
function defineProgram(program: Omit<Program, 'profile' | 'commands'>): Program {
  return { ...program, profile: keystow, commands: () => [] };
}

export const cargoCredentialProgram = defineProgram({
  helper: 'cargo-credential-keystow',
  summary: 'Stores the tokens of cargo registries in the best store this machine has.',
  synopsis: '--cargo-plugin',
  examples: [
    [
      `printf '[registry]\\nglobal-credential-providers = ["$0"]\\n' >>~/.cargo/config.toml`,
      'use it for cargo, if config.toml has no [registry] yet',
    ],
  ],
});

export const terraformCredentialsProgram = defineProgram({
  helper: 'terraform-credentials-keystow',
  summary: 'Stores the tokens of Terraform hosts in the best store this machine has.',
  synopsis: '<get|store|forget> <host>',
  examples: [
    [
      'mkdir -p ~/.terraform.d/plugins && ln -s "$(command -v $0)" ~/.terraform.d/plugins/',
      'put it where Terraform looks for it',
    ],
    ['echo \'credentials_helper "keystow" {}\' >>~/.terraformrc', 'use it for Terraform'],
    ['$0 get app.terraform.io', 'ask for a token as Terraform does'],
  ],
});

export const bazelCredentialProgram = defineProgram({
  helper: 'bazel-credential-keystow',
  summary: 'Sends tokens and passwords that keystow has stored to the hosts that Bazel downloads from.',
  synopsis: 'get',
  examples: [
    [`echo '{"uri":"https://example.com/"}' | $0 get`, 'ask for the headers of a URL as Bazel does'],
    ["echo 'common --credential_helper=example.com=%workspace%/tools/$0' >>.bazelrc", 'use it for a host'],
  ],
});

export const vaultClientProgram = defineProgram({
  helper: 'keystow-vault-client',
  summary: 'Passes the passwords of vaults that keystow has stored to Ansible.',
  synopsis: '--vault-id <label>',
  examples: [
    ['keystow set ansible-vault prod', 'store the password of the vault id prod'],
    ['$0 --vault-id prod', 'ask for it as Ansible does'],
  ],
});

export const askpassProgram = defineProgram({
  helper: 'keystow-askpass',
  summary: 'Answers the prompts of ssh, sudo and git with what keystow has stored, or asks on the terminal.',
  synopsis: '<prompt>',
  variables: [
    ['SSH_ASKPASS_PROMPT', 'set by ssh: confirm for a decision, which only the user makes; none for a notice'],
  ],
  examples: [
    ['export SSH_ASKPASS="$(command -v $0)" SSH_ASKPASS_REQUIRE=force', 'use it for ssh, scp, sftp and ssh-add'],
    ['export SUDO_ASKPASS="$(command -v $0)"', 'use it for sudo -A'],
    ['keystow set ssh-key ~/.ssh/id_ed25519', 'store the passphrase of a key'],
  ],
});

/** As PrintVersion of docker-credential-helpers, credentials.go. */
function formatDockerVersion(version: string): string {
  return `docker-credential-keystow (keystow) ${version}`;
}

/** Runs an action of the executable: those of the protocol, and `version`. */
async function runDockerAction(cli: Cli, action: string, flags: Readonly<Record<string, boolean>>): Promise<void> {
  if (action === 'version') return cli.print([formatDockerVersion(readPackageVersion())]);
  await serveProtocol(cli, docker, [action, ...(flags['allow-empty'] ? ['--allow-empty'] : [])]);
}

const exampleLogin = '{"ServerURL":"localhost:5000","Username":"a","Secret":"b"}';

const dockerActions: HelperActions = {
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
  formatVersion: formatDockerVersion,
  examples: [
    [
      'mkdir -p ~/.docker && echo \'{ "credsStore": "keystow" }\' >~/.docker/config.json',
      'use it for docker, if config.json does not exist yet',
    ],
    ['printf localhost:5000 | $0 get', 'ask for a login as docker does'],
  ],
  commands: (cli) => defineHelperCommands(dockerActions, (action, flags) => runDockerAction(cli, action, flags)),
};
