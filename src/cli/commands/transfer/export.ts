import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { collectCredentials } from '../../../app/transfer.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { formatName } from '../../../domain/credential-name.ts';
import { serialiseExport } from '../../../domain/transfer/export-document.ts';
import type { AgeLock } from '../../../ports/transfer.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { decodeInput, readInputFile } from '../../input.ts';
import { formatCount } from '../../output/text.ts';
import { completeServices } from '../credentials/credential.ts';
import { chooseExportPassphrase } from './passphrase.ts';

export function exportCommand(cli: Cli): Command {
  return defineCommand({
    name: 'export',
    summary: 'Write credentials to a file that age encrypts, as a backup or for another machine',
    operands: {
      service: { optional: true, many: true, completes: completeServices, describe: 'export only these services' },
    },
    options: {
      output: {
        value: 'FILE',
        completes: 'files',
        describe: 'the file to write, which only you can read; without it, stdout, unless that is a terminal',
      },
      force: { describe: 'replace the file if it exists' },
      recipient: {
        value: 'KEY',
        many: true,
        describe: 'encrypt for this public key of age (age1…) instead of with a passphrase',
      },
      'recipients-file': {
        value: 'FILE',
        completes: 'files',
        many: true,
        describe: 'encrypt for the public keys in a file, one per line',
      },
      plain: { describe: 'write the secrets as they are: everybody who can read the file has them' },
    },
    examples: [
      ['$0 export --output backup.age', 'back up everything; asks for a passphrase'],
      [
        '$0 export github.com --recipients-file keys.txt >github.age',
        'encrypt one service for the public keys in a file',
      ],
    ],
    async run({ service: services = [], output, force, recipient = [], 'recipients-file': files = [], plain }) {
      const recipients = [...recipient, ...(await readRecipients(cli, files))];
      checkOptions({ isPublic: recipients.length > 0, plain, toTerminal: output === undefined && isTerminal(1) });
      const context = cli.context();
      const writer = output === undefined ? undefined : await cli.services.exportWriter();
      // Before the user types a passphrase for nothing.
      if (output !== undefined) writer?.check(output, { replaces: force });
      const { credentials, failed } = await collectCredentials(context, services);
      if (credentials.length === 0 && failed.length === 0) throw nothingError();
      const text = serialiseExport(credentials, context.clock(), {
        decode: decodeSecret,
        encode: (bytes) => Buffer.from(bytes).toString('base64'),
      });
      let content: Uint8Array = Buffer.from(text);
      if (!plain) {
        const lock: AgeLock =
          recipients.length > 0 ? { recipients } : { passphrase: await chooseExportPassphrase(cli, context) };
        content = await (await cli.services.age()).encrypt(content, lock);
      }
      if (output === undefined) await cli.printBytes(content);
      else await writer?.write(output, content, { replaces: force });
      for (const { name, error } of failed)
        context.terminal.warn(`not exported: ${formatName(name)}: ${error.message}`, error.hint);
      if (failed.length > 0) cli.exitWith(exitCodes.error);
      if (!context.settings.quiet && output !== undefined) {
        await cli.print([
          `exported ${formatCount(credentials.length, 'credential')} to ${output}${plain ? ', unencrypted' : ''}`,
        ]);
      }
    },
  });
}

const maxRecipientsBytes = 1024 * 1024;

/** One key per line, and comments (age(1), RECIPIENTS AND IDENTITIES). */
async function readRecipients(cli: Cli, paths: readonly string[]): Promise<readonly string[]> {
  const recipients: string[] = [];
  for (const path of paths) {
    const bytes = await readInputFile(path, { maxBytes: maxRecipientsBytes, signal: cli.signal });
    const lines = decodeInput(bytes, path).split(/\r?\n/);
    const keys = lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
    if (keys.length === 0) {
      throw new CredentialError('invalid-input', `${path} has no public key`, { hint: 'write one age1… per line' });
    }
    recipients.push(...keys);
  }
  return recipients;
}

function checkOptions(options: {
  readonly isPublic: boolean;
  readonly plain: boolean;
  readonly toTerminal: boolean;
}): void {
  if (options.plain && options.isPublic) {
    throw new CredentialError('invalid-input', '--plain and --recipient cannot be combined', {
      hint: 'omit one of them',
    });
  }
  if (!options.toTerminal) return;
  throw new CredentialError('invalid-input', 'an export is not written to a terminal', {
    hint: 'name a file: --output FILE',
  });
}

function nothingError(): CredentialError {
  return new CredentialError('not-found', 'there are no credentials to export');
}
