import type { CredentialName } from '../credential-name.ts';
import { parseStrictJson } from '../text/strict-json.ts';

/** How a tool asks for a credential, so that its answer can be compared with the one in the file. Needs no network. */
export interface Lookup {
  /** Looked up on PATH, as the tool does, unless it's `isOwn`: the tool is told where that one is. */
  readonly program: string;
  readonly isOwn: boolean;
  readonly args: readonly string[];
  readonly input: string;
  /** Environment variables besides those of the user. No secrets. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether this output has exactly the credential. */
  accepts(stdout: string): boolean;
}

interface GitLogin {
  readonly protocol: string;
  readonly host: string;
  readonly path: string | undefined;
  readonly user: string;
  readonly password: string;
}

/** What git itself returns to the programs that need a password: git-credential(1). It prompts for nothing. */
export function askGit({ protocol, host, path, user, password }: GitLogin): Lookup {
  const attributes = [
    ['protocol', protocol],
    ['host', host],
    ['path', path],
    ['username', user],
  ];
  const input = attributes.flatMap(([key, value]) => (value === undefined ? [] : `${key}=${value}\n`)).join('');
  return {
    program: 'git',
    isOwn: false,
    args: ['credential', 'fill'],
    input: `${input}\n`,
    variables: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '' },
    accepts: (stdout) => stdout.split('\n').includes(`password=${password}`),
  };
}

export function askDocker(server: string, Username: string, Secret: string): Lookup {
  const lookup = askOwn('docker-credential-keystow', ['get'], server, (answer) =>
    hasFields(parseStrictJson(answer), { Username, Secret }),
  );
  return { ...lookup, isOwn: false };
}

export function askAws(profile: string, credential: Readonly<Record<string, string>>): Lookup {
  return askOwn('keystow', ['helper', 'aws', profile], '', (answer) => hasFields(parseStrictJson(answer), credential));
}

export function askKubernetes(user: string, status: Readonly<Record<string, string>>): Lookup {
  const info = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', spec: { interactive: false } };
  const lookup = askOwn('keystow', ['helper', 'kubernetes', user], '', (answer) =>
    hasFields(Object(parseStrictJson(answer)).status, status),
  );
  return { ...lookup, variables: { KUBERNETES_EXEC_INFO: JSON.stringify(info) } };
}

export function askCargo(url: string, name: string, token: string): Lookup {
  const request = { v: 1, kind: 'get', operation: 'read', registry: { 'index-url': url, name }, args: [] };
  return askOwn('cargo-credential-keystow', ['--cargo-plugin'], `${JSON.stringify(request)}\n`, (answer) =>
    answer.split('\n').some((line) => hasFields(Object(parseStrictJson(line)).Ok, { kind: 'get', token })),
  );
}

export function askTerraform(host: string, token: string): Lookup {
  return askOwn('terraform-credentials-keystow', ['get', host], '', (answer) =>
    hasFields(parseStrictJson(answer), { token }),
  );
}

/** pip runs the command `keyring`. */
export function askKeyring(service: string, user: string, secret: string): Lookup {
  const accepts = (answer: string) => answer.replace(/\r?\n$/, '') === secret;
  return { ...askOwn('keyring', ['get', service, user], '', accepts), isOwn: false };
}

export function askTokenCommand({ service, account }: CredentialName, token: string): Lookup {
  return askOwn('keystow', ['helper', 'token', service, account], '', (answer) => answer.trim() === token);
}

function askOwn(program: string, args: readonly string[], input: string, accepts: Lookup['accepts']): Lookup {
  return { program, isOwn: true, args, input, variables: {}, accepts };
}

function hasFields(answer: unknown, expected: Readonly<Record<string, string>>): boolean {
  const fields = Object(answer) as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([key, value]) => fields[key] === value);
}
