import { setCredential } from '../../../app/credentials/set-credential.ts';
import { formatName, toCredentialName } from '../../../domain/credential-name.ts';
import { parseExpiry } from '../../../domain/placement/expiry.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatSet } from '../../output/credential-text.ts';
import { readSecret } from '../../stdin.ts';
import { credentialOperands } from './credential.ts';

export function setCommand(cli: Cli): Command {
  return defineCommand({
    name: 'set',
    summary: 'Store a secret, read from stdin or typed without echo',
    operands: credentialOperands,
    surplus: {
      reason: "the secret is typed or read from stdin, because other users and the shell's history see arguments",
      fix: 'printf %s "$SECRET" | $0 set SERVICE ACCOUNT',
    },
    options: {
      raw: { describe: 'store every byte of stdin, including a trailing newline' },
      'allow-empty': { describe: 'store an empty secret' },
      expires: {
        value: 'WHEN',
        describe:
          'record when the secret expires: a duration (90d, 12h), a date in UTC (2099-12-31) or a time (2099-12-31T12:00Z)',
      },
      json: { describe: 'print JSON with the store that it was stored in' },
    },
    examples: [
      ['printf %s "$TOKEN" | $0 set github.com alice', 'store the value of a variable'],
      ['$0 set github.com alice', 'type the secret'],
      ['printf %s "$TOKEN" | $0 set --expires 90d github.com alice', 'record that a token expires in 90 days'],
      ['$0 set --raw demo key <key.der', 'store a file byte for byte'],
    ],
    async run({ service, account, raw, json, expires, 'allow-empty': allowEmpty }) {
      const { program } = cli.profile;
      const name = toCredentialName(service, account);
      const context = cli.context();
      const expiry = expires === undefined ? {} : { expiresAt: parseExpiry(expires, context.clock()) };
      const secret = await readSecret({
        terminal: context.terminal,
        prompt: `Secret for ${formatName(name)}:`,
        signal: cli.signal,
        raw,
        allowLines: true,
        allowEmpty,
        hints: {
          lines: `read them from a file: ${program} set SERVICE ACCOUNT <FILE`,
          empty: 'to store an empty secret, add --allow-empty',
        },
      });
      const stored = await setCredential(context, name, secret, { allowEmpty, explains: 'all', ...expiry });
      if (json) await cli.printJson({ ...name, ...stored, ...expiry });
      else if (!context.settings.quiet) await cli.print([formatSet(name, { ...stored, ...expiry })]);
    },
  });
}
