import type { Protocol } from '../../../domain/protocols/protocol.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand, type Example } from '../../command.ts';
import type { DirectCommand } from '../../fast-path.ts';

export function helperCommand(cli: Cli): Command {
  return defineCommand({
    name: 'helper',
    summary: 'Answer another program that asks for credentials, in its own protocol',
    operands: {
      protocol: { describe: `the protocol: ${describeProtocols()}`, choices: Object.keys(protocols) },
      args: { describe: 'the arguments that the program adds', optional: true, many: true },
    },
    examples: Object.entries(protocols).map(
      ([name, { example }]): Example => [example[0].replace('$0', `$0 helper ${name}`), example[1]],
    ),
    run: ({ protocol, args }) => serveHelper(cli, protocol, args),
  });
}

function describeProtocols(): string {
  return Object.entries(protocols)
    .map(([name, { summary }]) => `${name} (${summary})`)
    .join(', ');
}

async function serveHelper(cli: Cli, name: string, args: readonly string[]): Promise<void> {
  const [{ serveProtocol }, protocol] = await Promise.all([import('./serve.ts'), protocols[name]?.load()]);
  if (protocol !== undefined) await serveProtocol(cli, protocol, args);
}

/** Passes every argument on as it is: the parser knows none of a protocol's options. */
export const directHelper: DirectCommand = {
  words: ['helper'],
  operands: 1,
  accepts: ([name = '', ...args]) => Object.hasOwn(protocols, name) && !args.includes('--help') && !args.includes('-h'),
  run: (cli, name = '', ...args) => serveHelper(cli, name, args),
};

/** A protocol that `keystow helper` serves. */
interface ProtocolEntry {
  /** Who uses it, in a few words. */
  readonly summary: string;
  /** A line of shell in which `$0` stands for `keystow helper NAME`, and its purpose. */
  readonly example: readonly [args: string, purpose: string];
  /** Loads the protocol only when it's used. */
  load(): Promise<Protocol>;
}

/** Every protocol, by the name that the user types. */
export const protocols: Readonly<Record<string, ProtocolEntry>> = {
  git: {
    summary: 'git credential helper',
    example: ["printf 'protocol=https\\nhost=github.com\\n' | $0 get", 'ask for a credential as git does'],
    load: async () => (await import('../../../domain/protocols/git.ts')).git,
  },
  docker: {
    summary: 'docker, podman, skopeo and buildah credential helper',
    example: ['printf localhost:5000 | $0 get', 'ask for a login as docker does'],
    load: async () => (await import('../../../domain/protocols/docker.ts')).docker,
  },
  keyring: {
    summary: "Python's keyring command, for pip, uv and twine",
    example: ['$0 get https://pypi.example/simple/ alice', 'ask for a password as pip does'],
    load: async () => (await import('../../../domain/protocols/keyring.ts')).keyring,
  },
  aws: {
    summary: 'credential_process of AWS',
    example: ['aws sts get-session-token | $0 work --store', 'store temporary keys for an AWS profile'],
    load: async () => (await import('../../../domain/protocols/aws.ts')).aws,
  },
  kubernetes: {
    summary: 'exec plugin of kubectl',
    example: ['kubectl create token robot | $0 robot --store', 'store a token for kubectl'],
    load: async () => (await import('../../../domain/protocols/kubernetes.ts')).kubernetes,
  },
  token: {
    summary: 'a token on stdout, for pnpm, Claude Code and Codex',
    example: ['$0 npm:registry.npmjs.org token', 'print a token, renewed if it has to be'],
    load: async () => (await import('../../../domain/protocols/token.ts')).token,
  },
  cargo: {
    summary: 'credential provider of cargo, which runs cargo-credential-keystow',
    example: ['$0 --cargo-plugin', 'wait for requests as cargo sends them'],
    load: async () => (await import('../../../domain/protocols/cargo.ts')).cargo,
  },
  terraform: {
    summary: 'credentials helper of Terraform and OpenTofu',
    example: ['$0 get app.terraform.io', 'ask for a token as Terraform does'],
    load: async () => (await import('../../../domain/protocols/terraform.ts')).terraform,
  },
  bazel: {
    summary: 'credential helper of Bazel',
    example: [`echo '{"uri":"https://example.com/"}' | $0 get`, 'ask for the headers of a URL as Bazel does'],
    load: async () => (await import('../../../domain/protocols/http-headers.ts')).bazel,
  },
  go: {
    summary: 'GOAUTH',
    example: ['$0 https://proxy.example.com/', 'ask for the headers of a URL as go does'],
    load: async () => (await import('../../../domain/protocols/http-headers.ts')).go,
  },
  askpass: {
    summary: 'prompts of ssh, sudo and git',
    example: ["$0 '[sudo] password for alice: '", 'ask for a password as sudo does'],
    load: async () => (await import('../../../domain/protocols/askpass.ts')).askpass,
  },
  'ansible-vault': {
    summary: 'vault passwords of Ansible',
    example: ['$0 --vault-id prod', 'ask for a password as Ansible does'],
    load: async () => (await import('../../../domain/protocols/ansible-vault.ts')).ansibleVault,
  },
};
