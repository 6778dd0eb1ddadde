import { type ImportReport, importCredentials } from '../../../app/transfer/import-credentials.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { formatImported, formatImportSummary, formatRejected } from '../../output/transfer-text.ts';
import { importSources, readImport } from './import-sources.ts';

export function importCommand(cli: Cli): Command {
  return defineCommand({
    name: 'import',
    summary: 'Store the credentials of a file or of another program; they stay there, too',
    operands: {
      from: { choices: importSources, describe: 'what to import; see docs/export.md' },
      file: { optional: true, completes: 'files', describe: 'the file, for age, json, csv and env; - for stdin' },
    },
    options: {
      'dry-run': { describe: 'print what would be imported, and write nothing' },
      replace: { describe: 'replace secrets that are stored under the same name' },
      identity: {
        value: 'FILE',
        many: true,
        completes: 'files',
        describe: 'for age: the file with the secret key that opens it',
      },
      service: { value: 'NAME', describe: 'for env: the service to store the variables under' },
      json: { describe: 'print JSON with the outcome for each credential' },
    },
    examples: [
      ['$0 import age backup.age', 'import an export of another machine'],
      ['$0 import csv passwords.csv --dry-run', 'show what a file of a browser or a password manager would add'],
      ['$0 import pass', 'store the passwords of pass(1); keytar, keyring, git and docker work in the same way'],
      ['$0 import env .env --service my-app', 'store each variable of a .env file'],
    ],
    async run({ from, file, 'dry-run': dryRun, replace: replaces, identity = [], service, json }) {
      const context = cli.context();
      const { credentials, rejected } = await readImport(cli, context, { from, file, identities: identity, service });
      const { quiet } = context.settings;
      const reports: ImportReport[] = [];
      for await (const report of importCredentials(context, credentials, { dryRun, replaces })) {
        reports.push(report);
        if (json) continue;
        const line = formatImported(report, dryRun);
        if (report.outcome === 'skipped') context.terminal.warn(line, report.hint);
        else if (!quiet) await cli.print([line]);
      }
      if (json) await cli.printJson({ dryRun, credentials: reports, rejected });
      else {
        for (const row of rejected) context.terminal.warn(formatRejected(row));
        if (!quiet) await cli.print([formatImportSummary(reports, rejected.length, dryRun)]);
      }
      if (rejected.length > 0 || reports.some(({ outcome }) => outcome === 'skipped')) cli.exitWith(exitCodes.error);
    },
  });
}
