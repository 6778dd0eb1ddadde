import { parseVariableName, toVariableValue } from '../../app/child-variable.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { credentialOperands, requireSecret } from './credential.ts';

export function execCommand(cli: Cli): Command {
  return command({
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
