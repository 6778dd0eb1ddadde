import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Secret } from '../../../domain/secret.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { credentialOperands, requireSecret } from './credential.ts';

export function execCommand(cli: Cli): Command {
  return defineCommand({
    name: 'exec',
    summary: 'Run a command with a secret in an environment variable, and exit with its exit code',
    operands: {
      ...credentialOperands,
      command: { many: true, completes: 'command', describe: 'the command and its arguments, after --' },
    },
    options: {
      env: {
        value: 'NAME',
        required: true,
        parse: parseVariableName,
        describe: 'the environment variable for the secret',
      },
    },
    examples: [
      ['$0 exec github.com alice --env GH_TOKEN -- gh repo list', 'pass a token to gh'],
      ['$0 exec demo db --env PGPASSWORD -- psql -h localhost', 'pass a password to psql'],
    ],
    async run({ service, account, command: [program = '', ...args], env }) {
      const { secret, context } = await requireSecret(cli, service, account);
      // The child may run for a long time: don't keep a store open meanwhile.
      await context.stores.close();
      const runChild = await cli.services.childRunner();
      cli.exitWith(await runChild({ command: program, args, variables: { [env]: toVariableValue(secret) } }));
    },
  });
}

/** Rejects an invalid name without repeating it, because it may contain the secret. */
function parseVariableName(text: string): string {
  if (/^[^=\0]+$/.test(text)) return text;
  throw new CredentialError('invalid-input', 'invalid name of an environment variable', {
    hint: '--env takes only the name, such as TOKEN: its value is the secret',
  });
}

function toVariableValue(secret: Secret): string {
  const containsNul = secret.expose().includes(0);
  const text = decodeSecret(secret);
  if (text !== undefined && !containsNul) return text;
  const problem = containsNul ? 'contains a NUL byte' : 'is not UTF-8 text';
  throw new CredentialError('invalid-input', `the secret ${problem}, so it cannot be the value of a variable`, {
    hint: 'pipe it into the program: keystow get SERVICE ACCOUNT | …',
  });
}
