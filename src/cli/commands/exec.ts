import { parseVariableName, toVariableValue } from '../../app/child-variable.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { credentialOperands, requireSecret } from './credential.ts';

export function execCommand(cli: Cli): Command {
  return command({
    name: 'exec',
    summary: 'Run a command with a secret in one variable of its environment, and exit as it does',
    operands: {
      ...credentialOperands,
      command: { many: true, completes: 'command', describe: 'what to run, and its arguments; -- goes before it' },
    },
    options: {
      env: { value: 'NAME', required: true, parse: parseVariableName, describe: 'the variable that holds the secret' },
    },
    examples: [
      ['$0 exec github.com alice --env GH_TOKEN -- gh repo list', 'a token for one run of gh'],
      ['$0 exec demo db --env PGPASSWORD -- psql -h localhost', 'a password for one session'],
    ],
    async run({ service, account, command: [program = '', ...args], env }) {
      const { secret, context } = await requireSecret(cli, service, account);
      // The child may run for long: nothing of a store stays open meanwhile.
      await context.stores.close();
      const runChild = await cli.services.childRunner();
      cli.exitWith(await runChild({ command: program, args, variables: { [env]: toVariableValue(secret) } }));
    },
  });
}
