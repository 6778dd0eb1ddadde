import { renameCredential } from '../../../app/credentials/rename-credential.ts';
import { toCredentialName } from '../../../domain/credential-name.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatRenamed } from '../../output/credential-text.ts';
import { completeServices, credentialOperands, notFoundError, toNewName } from './credential.ts';

export function renameCommand(cli: Cli): Command {
  return defineCommand({
    name: 'rename',
    aliases: ['mv'],
    summary: 'Give a credential another name, in the store that has it',
    operands: {
      ...credentialOperands,
      'new-service': { describe: 'the new service', completes: completeServices },
      'new-account': { describe: 'the new account' },
    },
    options: { json: { describe: 'print JSON with the new name and the store' } },
    examples: [['$0 rename github.com alice github.com alice-work', 'change the account, and keep the secret']],
    async run({ service, account, 'new-service': newService, 'new-account': newAccount, json }) {
      const [from, to] = [toCredentialName(service, account), toNewName(newService, newAccount)];
      const context = cli.context();
      const store = await renameCredential(context, from, to);
      if (store === undefined) throw notFoundError(from, cli.profile.program);
      if (json) await cli.printJson({ ...to, store, from });
      else if (!context.settings.quiet) await cli.print([formatRenamed(from, to, store)]);
    },
  });
}
