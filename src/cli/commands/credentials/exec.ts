import {
  resolveVariables,
  toUsableSecret,
  toVariableValue,
  type VariableAssignment,
} from '../../../app/credentials/resolve-variables.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { isReference, parseReference, toCredentialName } from '../../../domain/credential-name.ts';
import type { Secret } from '../../../domain/secret.ts';
import { minMaskedBytes } from '../../../domain/text/mask.ts';
import type { Child } from '../../../ports/system.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { decodeInput, readInputFile } from '../../input.ts';
import { completeVariables, credentialOperands, notFoundError, requireSecret } from './credential.ts';

export function execCommand(cli: Cli): Command {
  return defineCommand({
    name: 'exec',
    summary: 'Run a command with secrets in environment variables, and exit with its exit code',
    operands: {
      service: { ...credentialOperands.service, optional: true },
      account: { ...credentialOperands.account, optional: true },
      command: {
        many: true,
        optional: true,
        completes: 'command',
        describe: 'the command and its arguments, after --; without --env NAME, it is all there is',
      },
    },
    options: {
      env: {
        value: 'NAME[=SERVICE/ACCOUNT]',
        many: true,
        parse: parseAssignment,
        completes: completeVariables,
        describe:
          'the environment variable for the secret; with =SERVICE/ACCOUNT, in which %2F stands for a slash, for the secret of that credential',
      },
      'env-file': {
        value: 'FILE',
        many: true,
        completes: 'files',
        describe:
          'also set the variables of a .env file in which values such as keystow://SERVICE/ACCOUNT stand for secrets',
      },
      mask: {
        describe: "replace the secrets in the command's output by ***; the output is then a pipe, not a terminal",
      },
    },
    examples: [
      ['$0 exec github.com alice --env GH_TOKEN -- gh repo list', 'pass a token to gh'],
      ['$0 exec demo db --env PGPASSWORD -- psql -h localhost', 'pass a password to psql'],
      ['$0 exec --env A=demo/alice --env B=demo/bob -- ./deploy', 'pass several secrets'],
      ['$0 exec --env-file .env --mask -- npm start', 'resolve the references in a .env file, and mask the secrets'],
    ],
    async run({ service, account, command, env = [], 'env-file': files = [], mask }) {
      const words = [service, account, ...command].filter((word) => word !== undefined);
      const [plain, ...more] = env.filter(({ name }) => name === undefined);
      if (more.length > 0) throw severalPlainError();
      if (env.length === 0 && files.length === 0) throw usageError('missing required option: --env', cli);
      checkUnique(env);
      const operands = plain ? ['service', 'account', 'command'] : ['command'];
      const missing = operands.slice(words.length);
      if (missing.length > 0) {
        throw usageError(`missing argument${missing.length > 1 ? 's' : ''}: ${missing.join(', ')}`, cli);
      }
      const [program = '', ...args] = plain ? words.slice(2) : words;
      const child = await prepareChild(cli, { env, plain, files, words });
      if (mask) warnShort(cli, child.secrets);
      const runChild = await cli.services.childRunner();
      const { variables, secrets } = child;
      cli.exitWith(await runChild({ command: program, args, variables, ...(mask && { masked: secrets }) }));
    },
  });
}

interface Assignment {
  readonly variable: string;
  /** Absent in `--env NAME`. */
  readonly name?: { readonly service: string; readonly account: string };
}

/** Reads all secrets, and closes the stores: the child may run for a long time. */
async function prepareChild(
  cli: Cli,
  {
    env,
    plain,
    files,
    words: [service = '', account = ''],
  }: {
    readonly env: readonly Assignment[];
    readonly plain: Assignment | undefined;
    readonly files: readonly string[];
    readonly words: readonly string[];
  },
): Promise<Pick<Child, 'variables'> & { readonly secrets: readonly Secret[] }> {
  const fromFiles = await readEnvFiles(cli, files);
  const named = new Set(env.map(({ variable }) => variable));
  const assignments: VariableAssignment[] = [];
  const literals: Record<string, string> = {};
  for (const [variable, { value, path }] of fromFiles) {
    if (named.has(variable) || cli.environment[variable] !== undefined) continue;
    if (isReference(value)) assignments.push(toAssignment(variable, value, path));
    else literals[variable] = value;
  }
  for (const { variable, name } of env) if (name) assignments.push({ variable, name, source: `--env ${variable}` });
  // A command with one secret names the credential if it isn't found, because that's typed apart from the variable.
  const first = plain ? await requireUsableSecret(cli, service, account) : undefined;
  const context = first?.context ?? cli.context();
  const { variables, secrets } = await resolveVariables(context, assignments);
  await context.stores.close();
  return {
    variables: {
      ...literals,
      ...variables,
      ...(plain && first && { [plain.variable]: toVariableValue(first.secret) }),
    },
    secrets: first ? [...secrets, first.secret] : secrets,
  };
}

async function requireUsableSecret(cli: Cli, service: string, account: string) {
  const { secret: stored, context } = await requireSecret(cli, service, account);
  const name = toCredentialName(service, account);
  const secret = await toUsableSecret(context, name, stored);
  if (secret === undefined) throw notFoundError(name, cli.profile.program);
  return { secret, context };
}

/** As large as all variables of a process can be (Linux: execve(2)), and some comments. */
const maxEnvFileBytes = 4 * 1024 * 1024;

/** Variables of a later file replace those of an earlier one. */
async function readEnvFiles(
  cli: Cli,
  paths: readonly string[],
): Promise<ReadonlyMap<string, { readonly value: string; readonly path: string }>> {
  const variables = new Map<string, { readonly value: string; readonly path: string }>();
  if (paths.length === 0) return variables;
  const parse = await cli.services.envFileParser();
  for (const path of paths) {
    // Node 20 reads the files of this option too, so that nothing would be left in a pipe.
    const options = { maxBytes: maxEnvFileBytes, onlyFiles: true, signal: cli.signal };
    const text = decodeInput(await readInputFile(path, options), path);
    if (text.includes('\0')) {
      throw new CredentialError('invalid-input', `${path} contains a NUL character`, { hint: 'check its path' });
    }
    for (const [variable, value] of parse(text)) variables.set(variable, { value, path });
  }
  return variables;
}

function toAssignment(variable: string, value: string, path: string): VariableAssignment {
  try {
    return { variable, name: parseReference(value), source: `${variable} in ${path}` };
  } catch (error) {
    if (!(error instanceof CredentialError)) throw error;
    throw new CredentialError(error.code, `${error.message}: ${variable} in ${path}`, { hint: error.hint ?? '' });
  }
}

/** Rejects an invalid name or reference without repeating it, because it may contain the secret. */
function parseAssignment(text: string): Assignment {
  const [, variable, reference] = /^([^=\0]+)(?:=([^\0]*))?$/s.exec(text) ?? [];
  if (variable === undefined) {
    throw new CredentialError('invalid-input', 'invalid name of an environment variable', {
      hint: '--env takes only the name, such as TOKEN, or TOKEN=SERVICE/ACCOUNT: its value is the secret',
    });
  }
  if (reference === undefined) return { variable };
  const { service, account } = parseReference(reference);
  return { variable, name: toCredentialName(service, account) };
}

function checkUnique(env: readonly Assignment[]): void {
  const names = env.map(({ variable }) => variable);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new CredentialError('invalid-input', `--env ${twice} was given more than once`, { hint: 'pass it once' });
}

function severalPlainError(): CredentialError {
  return new CredentialError('invalid-input', '--env was given more than once without a credential', {
    hint: 'name the credential of each: --env A=SERVICE/ACCOUNT --env B=SERVICE/ACCOUNT',
  });
}

function usageError(message: string, { profile: { program } }: Cli): CredentialError {
  return new CredentialError('invalid-input', message, {
    hint: `${program} exec --env NAME <service> <account> <command..>; for more: ${program} exec --help`,
  });
}

function warnShort(cli: Cli, secrets: readonly Secret[]): void {
  const short = secrets.filter((secret) => secret.expose().length < minMaskedBytes).length;
  if (short === 0) return;
  const what = short === 1 ? '1 secret is' : `${short} secrets are`;
  cli.context().terminal.warn(`${what} shorter than ${minMaskedBytes} bytes, and not masked`);
}
