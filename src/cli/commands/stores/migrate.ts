import type { Context } from '../../../app/context.ts';
import { findMigrationScope, migrate } from '../../../app/reconcile/migrate.ts';
import type { MoveReport } from '../../../app/reconcile/report.ts';
import { resolveStoreWord, storeWords } from '../../../domain/store-id.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import {
  formatMigrationSummary,
  formatMove,
  formatOthersNotice,
  formatPreferenceNotice,
} from '../../output/reconcile-text.ts';
import { completeServices, storeWordsText } from '../credentials/credential.ts';

export function migrateCommand(cli: Cli): Command {
  return defineCommand({
    name: 'migrate',
    summary: 'Move credentials to another store: copy, read back, then remove',
    operands: {
      service: {
        optional: true,
        completes: completeServices,
        describe: 'move only this service, including credentials that other programs stored',
      },
    },
    options: {
      to: {
        value: 'STORE',
        required: true,
        choices: storeWords,
        describe: `the store to move them to: ${storeWordsText}`,
      },
      'dry-run': { describe: 'print what would be moved, and write nothing' },
      json: { describe: 'print JSON with the outcome for each credential' },
    },
    examples: [
      ['$0 migrate --to keychain --dry-run', 'show what would be moved to the OS keyring'],
      ['$0 migrate --to keychain', 'move the credentials; run it again if it was interrupted'],
      ['$0 migrate --to file github.com', 'move one service to the encrypted file'],
    ],
    async run({ service, to: word, 'dry-run': dryRun, json }) {
      const context = cli.context();
      const to = resolveStoreWord(word, context.stores.candidates);
      const scope = await findMigrationScope(context, to, service);
      const reports: MoveReport[] = [];
      const hint = createHintOnce();
      for await (const report of migrate(context, scope, { to, dryRun })) {
        reports.push(report);
        if (!json) await printMove(cli, context, report, { dryRun, hint });
      }
      if (json) await cli.printJson({ to, dryRun, credentials: reports, others: scope.others });
      else if (!context.settings.quiet) await cli.print([formatMigrationSummary(reports, to, dryRun)]);
      const moved = !dryRun && reports.some(({ outcome }) => outcome === 'moved');
      const notices = [
        formatOthersNotice(context, scope.others),
        moved ? formatPreferenceNotice(context, to) : undefined,
      ];
      for (const notice of notices) if (notice !== undefined) context.terminal.notice(notice);
      if (reports.some(({ outcome }) => outcome === 'skipped')) cli.exitWith(exitCodes.error);
    },
  });
}

async function printMove(
  cli: Cli,
  { terminal, settings }: Context,
  report: MoveReport,
  { dryRun, hint }: { readonly dryRun: boolean; readonly hint: (fix?: string) => string | undefined },
): Promise<void> {
  const line = formatMove(report, dryRun);
  if (report.outcome === 'skipped') terminal.warn(line, hint(report.fix));
  else if (!settings.quiet) await cli.print([line]);
}

/** Returns a hint only the first time: the same fix often applies to many credentials. */
function createHintOnce(): (fix?: string) => string | undefined {
  const shown = new Set<string>();
  return (fix) => {
    if (fix === undefined || shown.has(fix)) return undefined;
    shown.add(fix);
    return fix;
  };
}
