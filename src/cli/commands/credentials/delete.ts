import { deleteCredential } from '../../../app/credentials/delete-credential.ts';
import { toCredentialName } from '../../../domain/credential-name.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatDeleted } from '../../output/credential-text.ts';
import { credentialOperands, notFoundError } from './credential.ts';

export function deleteCommand(cli: Cli): Command {
  return defineCommand({
    name: 'delete',
    aliases: ['rm', 'remove'],
    summary: 'Remove a credential from every store that has it',
    operands: credentialOperands,
    options: { json: { describe: 'print JSON with the stores that had it' } },
    examples: [['$0 delete github.com alice', 'remove a credential; exits with 1 if it does not exist']],
    async run({ service, account, json }) {
      const name = toCredentialName(service, account);
      const context = cli.context();
      const removed = await deleteCredential(context, name);
      if (json) await cli.printJson({ ...name, removed });
      else if (removed.length > 0 && !context.settings.quiet) await cli.print([formatDeleted(name, removed)]);
      if (removed.length === 0) throw notFoundError(name, cli.profile.program);
    },
  });
}
