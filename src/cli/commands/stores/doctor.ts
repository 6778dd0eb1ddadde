import { createReadStream } from 'node:fs';
import type { Context } from '../../../app/context.ts';
import { type DoctorReport, examine } from '../../../app/doctor/examine.ts';
import { maxReportLength, replayReport } from '../../../app/doctor/replay.ts';
import { acceptEncryptedFile, adoptHome } from '../../../app/encrypted-file.ts';
import { type Repair, repair } from '../../../app/reconcile/repair.ts';
import { findMisspelledVariables } from '../../../app/settings.ts';
import type { ToolStatus } from '../../../app/setup/list-tools.ts';
import { findOutputWidth, isTerminal } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { resolveStoreWord, type StoreId, storeWords } from '../../../domain/store-id.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes, toExitCode } from '../../exit.ts';
import { describeReadError, readStdin } from '../../input.ts';
import { formatDoctorReport } from '../../output/doctor-text.ts';
import { createPaint } from '../../output/print.ts';
import { formatRepair } from '../../output/reconcile-text.ts';
import { selectGlyphs } from '../../output/selection-text.ts';
import { storeWordsText } from '../credentials/credential.ts';

/** `variables`: those of the program besides its profile's. */
export function doctorCommand(cli: Cli, variables: readonly string[] = []): Command {
  return defineCommand({
    name: 'doctor',
    summary: 'Show which store is used, why, and how to fix problems',
    options: {
      explain: {
        conflicts: 'json',
        describe: 'show how the store was selected: each store, its probe result and the rule that applied',
      },
      json: { describe: 'print JSON, including the inputs of the selection' },
      check: {
        conflicts: 'json',
        describe:
          'print nothing, for CI: exit with 0 if all is well, 1 if something needs to be fixed or a credential has expired, 4 if the required keyring is not usable',
      },
      repair: {
        conflicts: 'replay',
        describe: 'remove extra copies, and correct the records; copies that differ are kept',
      },
      'accept-file': {
        conflicts: 'replay',
        describe: 'accept the encrypted file as it is now, after you restored a backup or removed it',
      },
      'adopt-home': {
        value: 'OLD_HOME',
        describe:
          'seal the encrypted file for your home directory, after OLD_HOME was moved or renamed, or the file was copied from it',
      },
      keep: {
        value: 'STORE',
        choices: storeWords,
        describe: `with --repair, the store whose copy to keep if copies differ: ${storeWordsText}`,
      },
      replay: {
        value: 'FILE',
        completes: 'files',
        describe: 'repeat the selection from a saved report (- for stdin)',
      },
    },
    examples: [
      ['$0 doctor', 'show which store is used, and why'],
      ['$0 doctor --explain', 'show each step of the selection'],
      ['$0 doctor --check || $0 doctor', 'in CI: print the report only if something is wrong'],
      ['$0 doctor --repair', 'repair stray, stale and missing copies'],
      ['$0 doctor --accept-file', 'go on with an encrypted file that you restored from a backup'],
      ['$0 doctor --json >report.json', 'save the report'],
      ['$0 doctor --replay report.json', 'repeat the selection on any machine'],
    ],
    async run({ 'accept-file': acceptFile, 'adopt-home': oldHome, check, color, explain, json, keep, repair, replay }) {
      if (keep !== undefined && !repair) {
        throw new CredentialError('invalid-input', '--keep requires --repair', { hint: 'add --repair' });
      }
      if (oldHome !== undefined && replay !== undefined) {
        throw new CredentialError('invalid-input', '--adopt-home cannot be combined with --replay', {
          hint: 'omit one of them',
        });
      }
      if (oldHome !== undefined) await adoptOldHome(cli, oldHome);
      const report: Report =
        replay === undefined
          ? await examineOrRepair(cli, { acceptFile, json: json || check, keep, repair, variables })
          : replayReport(await readReport(replay, cli));
      const terminal = isTerminal(1);
      const width = findOutputWidth();
      const glyphs = selectGlyphs(cli.environment, process.platform, terminal);
      if (check) return cli.exitWith(toCheckCode(report));
      const tools = replay === undefined ? await listToolsIfPossible(cli) : undefined;
      if (json) await cli.printJson({ ...report, ...(tools && { tools }) });
      else {
        const toolLines = tools ? (await import('../../output/setup-text.ts')).summarizeTools(tools, width) : [];
        const lines = [...formatDoctorReport(report, { width, explain, glyphs }), ...toolLines];
        await cli.print(lines, createPaint(color, cli.environment, terminal));
      }
      const { selection, storage, repairs = [] } = report;
      if (selection.outcome === 'rejected') cli.exitWith(toExitCode(selection.code));
      else if (storage?.error) cli.exitWith(toExitCode(storage.error.code));
      else if (repairs.some(({ outcome }) => outcome === 'skipped')) cli.exitWith(exitCodes.error);
    },
  });
}

/** The tools that `keystow setup` found. They never matter for the rest of the report. */
async function listToolsIfPossible(cli: Cli): Promise<readonly ToolStatus[] | undefined> {
  const { application, program } = cli.profile;
  if (program !== 'keystow' || application !== undefined) return undefined;
  try {
    const { listTools } = await import('../../../app/setup/list-tools.ts');
    return await listTools(await cli.services.setup(cli.context({ interactive: false }), cli.environment));
  } catch {
    return undefined;
  }
}

/**
 * 0: new credentials go to the store that the settings ask for, and those that are stored are where they're recorded. A
 * machine without a keyring is fine. 1: a keyring that the machine has fails, something needs to be repaired or fixed, or a
 * credential has expired.
 * 2: a setting is invalid. 4: the required keyring is not usable.
 */
function toCheckCode({ selection, storage, divergences = [], expiring = [], repairs = [] }: Report): number {
  if (selection.outcome === 'rejected') return toExitCode(selection.code);
  if (storage?.error) return toExitCode(storage.error.code);
  const isDegraded =
    selection.skipped.some((skipped) => skipped.class === 'service-failure') ||
    divergences.length > 0 ||
    expiring.some(({ expired }) => expired) ||
    repairs.some(({ outcome }) => outcome === 'skipped') ||
    (storage?.problems ?? []).length > 0;
  return isDegraded ? exitCodes.error : exitCodes.done;
}

/** Reports on stderr what it did, before the report of this machine. */
async function adoptOldHome(cli: Cli, oldHome: string): Promise<void> {
  const context = cli.context();
  const { credentialsPath } = context.settings;
  const keySource = await adoptHome(context, oldHome);
  if (keySource === undefined) {
    throw new CredentialError('file-missing', `the encrypted file does not exist: ${credentialsPath}`, {
      hint: 'copy the file and placement.json from the old home directory to this folder',
    });
  }
  context.terminal.notice(
    keySource === 'home'
      ? `${credentialsPath} is now sealed by this home directory`
      : `${credentialsPath} is sealed with a passphrase, which opens it in every home directory`,
  );
}

/** A replayed report has only the selection and its inputs. */
type Report = Pick<DoctorReport, 'selection' | 'inputs'> &
  Partial<DoctorReport> & { readonly repairs?: readonly Repair[] };

interface RepairOptions {
  /** As the user named the store. */
  readonly keep: StoreId | undefined;
  readonly json: boolean;
}

/** Examines this machine, after the requested changes. */
async function examineOrRepair(
  cli: Cli,
  {
    acceptFile,
    repair,
    variables,
    ...options
  }: RepairOptions & {
    readonly acceptFile: boolean;
    readonly repair: boolean;
    readonly variables: readonly string[];
  },
): Promise<Report> {
  const context = cli.context({ interactive: repair || acceptFile });
  if (acceptFile) await acceptEncryptedFile(context);
  const misspelled = findMisspelledVariables(
    { environment: cli.environment, platform: process.platform },
    cli.profile,
    variables,
  );
  if (!repair) return examine(context, misspelled);
  const repairs = await runRepair(cli, context, options);
  return { ...(await examine(context, misspelled)), repairs };
}

/** Repairs all credentials, and prints each result immediately. */
async function runRepair(cli: Cli, context: Context, { keep, json }: RepairOptions): Promise<readonly Repair[]> {
  const { settings, stores, terminal } = context;
  const repairs: Repair[] = [];
  for await (const result of repair(context, keep && resolveStoreWord(keep, stores.candidates))) {
    repairs.push(result);
    if (json) continue;
    if (result.outcome === 'skipped') {
      terminal.warn(formatRepair(result), result.fix);
    } else if (!settings.quiet) await cli.print([formatRepair(result)]);
  }
  if (repairs.length === 0 && !json && !settings.quiet) await cli.print(['nothing to repair']);
  return repairs;
}

async function readReport(path: string, { profile: { program }, signal }: Cli): Promise<string> {
  try {
    // Never reads a large or endless file whole: one more byte than this is too long in every encoding.
    const end = 4 * maxReportLength;
    const bytes = await readStdin(path === '-' ? process.stdin : createReadStream(path, { end }), signal);
    return bytes.toString('utf8');
  } catch (error) {
    if (signal.aborted) throw error;
    throw new CredentialError('invalid-input', `cannot read ${path}: ${describeReadError(error)}`, {
      hint: `save a report with: ${program} doctor --json >report.json`,
    });
  }
}
