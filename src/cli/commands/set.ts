import { setCredential } from '../../app/credentials/set-credential.ts';
import { isTerminal } from '../../composition/environment.ts';
import { toCredentialName } from '../../domain/credential-name.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { storedLine } from '../output/credential-text.ts';
import { formatName, jsonLine } from '../output/text.ts';
import { readSecret } from '../stdin.ts';
import { credentialOperands } from './credential.ts';

export function setCommand(cli: Cli): Command {
  return command({
    name: 'set',
    summary: 'Keep a secret, read from stdin or typed without echo',
    operands: credentialOperands,
    options: {
      raw: { describe: 'keep every byte of stdin, a last newline too' },
      json: { describe: 'say as JSON where it went' },
    },
    examples: [
      ['printf %s "$TOKEN" | $0 set github.com alice', 'keep what a variable holds'],
      ['$0 set github.com alice', 'type it'],
      ['$0 set --raw demo key <key.der', 'keep a file byte for byte'],
    ],
    async run({ service, account, raw, json }) {
      const name = toCredentialName(service, account);
      const context = cli.context();
      const secret = isTerminal(0)
        ? await context.terminal.askHidden(`Secret for ${service} ${account}:`)
        : await readSecret(process.stdin, raw);
      const stored = await setCredential(context, name, secret);
      if (json) await cli.print(jsonLine({ ...name, ...stored }));
      else if (!context.settings.quiet) await cli.print(storedLine(formatName(name), stored, context));
    },
  });
}
