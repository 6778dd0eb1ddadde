import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { Context } from '../../app/context.ts';
import { type DoctorReport, examine } from '../../app/doctor/examine.ts';
import { replayReport } from '../../app/doctor/replay.ts';
import { type Repair, repair } from '../../app/reconcile/repair.ts';
import { isTerminal } from '../../composition/environment.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import { resolveStoreWord, type StoreId, storeWords } from '../../domain/store-id.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { exitCodes, toExitCode } from '../exit.ts';
import { doctorText } from '../output/doctor-text.ts';
import { paintFor } from '../output/paint.ts';
import { repairLine } from '../output/reconcile-text.ts';
import { jsonLine } from '../output/text.ts';

export function doctorCommand(cli: Cli): Command {
  return command({
    name: 'doctor',
    summary: 'Say which store is used and why, and how to mend what is amiss',
    options: {
      explain: {
        conflicts: 'json',
        describe: 'draw the way to the choice: what was tried, what was seen, which row decided',
      },
      json: { describe: 'print JSON, with the facts that decided' },
      repair: {
        conflicts: 'replay',
        describe: 'have one copy of each credential, where it is remembered; nothing that differs is removed',
      },
      keep: { value: 'STORE', choices: storeWords, describe: 'with --repair: whose copy stays where copies differ' },
      replay: {
        value: 'FILE',
        completes: 'files',
        describe: 'decide again from the facts in a saved report (- for stdin)',
      },
    },
    examples: [
      ['$0 doctor', 'what is used here, and why'],
      ['$0 doctor --explain', 'how that came about, step by step'],
      ['$0 doctor --repair', 'mend what is not where it should be'],
      ['$0 doctor --json >report.json', 'save the report'],
      ['$0 doctor --replay report.json', 'decide again, on any machine'],
    ],
    async run({ color, explain, json, keep, repair, replay }) {
      if (keep !== undefined && !repair) {
        throw new CredentialError('invalid-input', '--keep says nothing without --repair', { hint: 'add --repair' });
      }
      const report: Seen =
        replay === undefined ? await look(cli, { json, keep, repair }) : replayReport(await readReport(replay));
      const terminal = isTerminal(1);
      const paint = paintFor(color, cli.environment, terminal);
      const width = terminal ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
      await cli.print(json ? jsonLine(report) : doctorText(report, { paint, width, explain }));
      const { selection } = report;
      const left = report.repairs?.some(({ outcome }) => outcome === 'skipped') ? exitCodes.error : exitCodes.done;
      cli.exitWith(selection.outcome === 'selected' ? left : toExitCode(selection.code));
    },
  });
}

/** A report of this machine, or the part of one that is decided again from another's facts. */
type Seen = Pick<DoctorReport, 'selection' | 'inputs'> &
  Partial<DoctorReport> & { readonly repairs?: readonly Repair[] };

/** Looks at this machine, after it was mended where that is asked for. */
async function look(cli: Cli, { repair, ...options }: RepairOptions & { readonly repair: boolean }): Promise<Seen> {
  const context = cli.context({ prompting: repair });
  if (!repair) return examine(context);
  const repairs = await runRepair(cli, context, options);
  return { ...(await examine(context)), repairs };
}

async function readReport(path: string): Promise<string> {
  try {
    return await (path === '-' ? text(process.stdin) : readFile(path, 'utf8'));
  } catch (error) {
    throw new CredentialError(
      'invalid-input',
      `cannot read ${path}: ${error instanceof Error ? error.message : error}`,
      { hint: 'give the name of a file that doctor --json was saved to' },
    );
  }
}

export interface RepairOptions {
  /** As the user named the store. */
  readonly keep: StoreId | undefined;
  readonly json: boolean;
}

/** Mends, and says what was done as it is done, while nobody renews or writes a sign-in. Gives all of it. */
export async function runRepair(cli: Cli, context: Context, { keep, json }: RepairOptions): Promise<readonly Repair[]> {
  const { settings, stores, terminal } = context;
  const repairs: Repair[] = [];
  await cli.services.signInMutex(context)(async () => {
    for await (const done of repair(context, keep && resolveStoreWord(keep, stores.candidates))) {
      repairs.push(done);
      if (json) continue;
      if (done.outcome === 'skipped') {
        terminal.warn(`${repairLine(done)}${done.fix ? `\n  hint: ${done.fix}` : ''}`);
      } else if (!settings.quiet) await cli.print(`${repairLine(done)}\n`);
    }
  });
  if (repairs.length === 0 && !json && !settings.quiet) await cli.print('nothing to mend\n');
  return repairs;
}
