import type { Context } from '../../app/context.ts';
import { findMigrationScope, type MigrationScope, migrate } from '../../app/reconcile/migrate.ts';
import type { MoveReport } from '../../app/reconcile/report.ts';
import { resolveStoreWord, type StoreId, storeNames, storeWords } from '../../domain/store-id.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { exitCodes } from '../exit.ts';
import { migrationSummary, moveLine } from '../output/reconcile-text.ts';
import { jsonLine } from '../output/text.ts';
import { completeServices } from './credential.ts';

export function migrateCommand(cli: Cli): Command {
  return command({
    name: 'migrate',
    summary: 'Move credentials to another store: copied, read back, and only then removed',
    operands: {
      service: {
        optional: true,
        completes: completeServices,
        describe: 'only those of this service, whoever stored them',
      },
    },
    options: {
      to: {
        value: 'STORE',
        required: true,
        choices: storeWords,
        describe: 'keychain: the OS keyring; file: the encrypted file',
      },
      'dry-run': { describe: 'say what would be done, and write nothing' },
      json: { describe: 'print JSON, with what became of each' },
    },
    examples: [
      ['$0 migrate --to keychain --dry-run', 'what would be moved to the OS keyring'],
      ['$0 migrate --to keychain', 'move it; run it again wherever it was cut off'],
      ['$0 migrate --to file github.com', 'move one service to the encrypted file'],
    ],
    async run({ service, to: word, 'dry-run': dryRun, json }) {
      const context = cli.context();
      const to = resolveStoreWord(word, context.stores.candidates);
      const scope = await findMigrationScope(context, to, service);
      const reports: MoveReport[] = [];
      const hint = eachOnce();
      for await (const report of migrate(context, scope, { to, dryRun })) {
        reports.push(report);
        if (!json) await printMove(cli, context, report, { dryRun, hint });
      }
      if (json) await cli.print(jsonLine({ to, dryRun, credentials: reports, others: scope.others }));
      else if (!context.settings.quiet) await cli.print(`${migrationSummary(reports, to, dryRun)}\n`);
      noticeOthers(context, scope.others);
      if (!dryRun && reports.some(({ outcome }) => outcome === 'moved')) noticeNew(context, to);
      if (reports.some(({ outcome }) => outcome === 'skipped')) cli.exitWith(exitCodes.error);
    },
  });
}

async function printMove(
  cli: Cli,
  { terminal, settings }: Context,
  report: MoveReport,
  { dryRun, hint }: { readonly dryRun: boolean; readonly hint: (fix: string) => string },
): Promise<void> {
  const line = moveLine(report, dryRun);
  if (report.outcome === 'skipped') terminal.warn(`${line}${report.fix ? hint(report.fix) : ''}`);
  else if (!settings.quiet) await cli.print(`${line}\n`);
}

/** What mends one credential often mends the next. */
function eachOnce(): (fix: string) => string {
  const said = new Set<string>();
  return (fix) => {
    if (said.has(fix)) return '';
    said.add(fix);
    return `\n  hint: ${fix}`;
  };
}

/** Says what was not moved because nobody knows that it is the application's own. */
function noticeOthers({ terminal, profile: { program } }: Context, others: MigrationScope['others']): void {
  const [first] = others;
  if (first === undefined) return;
  const what = others.length === 1 ? 'one more credential is' : `${others.length} more credentials are`;
  terminal.notice(
    `${what} in the ${storeNames[first.store]} that ${program} does not remember storing; to move those of a service: ${program} migrate --to file SERVICE`,
  );
}

/** Says where the next one will go, where that is not where the others are now. */
function noticeNew({ terminal, profile, settings: { policy } }: Context, to: StoreId): void {
  const { storage } = profile.variables;
  const fileIsUsed = policy.preference === 'file' || policy.keyringDisabled;
  if (to === 'file' && !fileIsUsed) {
    terminal.notice(
      `new credentials still go to an OS keyring that serves; to keep them in the file too: export ${storage}=file`,
    );
  } else if (to !== 'file' && fileIsUsed) {
    terminal.notice(
      `new credentials still go to the encrypted file; to keep them in the keyring too: unset ${storage}`,
    );
  }
}
