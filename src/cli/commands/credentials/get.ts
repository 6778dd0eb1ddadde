import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { toCredentialName } from '../../../domain/credential-name.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { type DirectCommand, getForm } from '../../fast-path.ts';
import { credentialOperands, notFoundError, requireSecret } from './credential.ts';

export function getCommand(cli: Cli): Command {
  return defineCommand({
    name: 'get',
    aliases: ['show'],
    summary: 'Print a secret byte for byte; on a terminal, a newline is added',
    operands: credentialOperands,
    options: {
      json: {
        describe:
          'print JSON with the secret, or its bytes in base64 if it is not UTF-8 text, and the store, the time when it was stored, and the expiry',
      },
    },
    examples: [
      ['TOKEN=$($0 get github.com alice)', 'read a secret into a variable'],
      ['$0 get demo key >key.der', 'write a secret to a file'],
      ['$0 get -- -service -account', 'use names that begin with a dash'],
    ],
    run: ({ service, account, json }) => (json ? printJson : printSecret)(cli, service, account),
  });
}

async function printJson(cli: Cli, service: string, account: string): Promise<void> {
  const { findCredential } = await import('../../../app/credentials/find-credential.ts');
  const name = toCredentialName(service, account);
  const found = await findCredential(cli.context(), name);
  if (found === undefined) throw notFoundError(name, cli.profile.program);
  const { secret, ...rest } = found;
  const text = decodeSecret(secret);
  const value =
    text === undefined ? { secretBase64: Buffer.from(secret.expose()).toString('base64') } : { secret: text };
  await cli.printJson({ service, account, ...value, ...rest });
}

async function printSecret(cli: Cli, service: string, account: string): Promise<void> {
  const { secret } = await requireSecret(cli, service, account);
  await cli.printBytes(secret.expose());
  if (isTerminal(1)) await cli.print(['']);
}

export const directGet: DirectCommand = { ...getForm, run: printSecret };
