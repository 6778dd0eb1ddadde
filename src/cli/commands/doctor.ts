import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { examine, replayReport } from '../../app/doctor.ts';
import { isTerminal } from '../../composition/is-terminal.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { doctorText } from '../doctor/doctor-text.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { paintFor } from '../paint.ts';
import { jsonLine } from '../render.ts';

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
      replay: {
        value: 'FILE',
        completes: 'files',
        describe: 'decide again from the facts in a saved report (- for stdin)',
      },
    },
    examples: [
      ['$0 doctor', 'what is used here, and why'],
      ['$0 doctor --explain', 'how that came about, step by step'],
      ['$0 doctor --json >report.json', 'save the report'],
      ['$0 doctor --replay report.json', 'decide again, on any machine'],
    ],
    async run({ color, explain, json, replay }) {
      const report =
        replay === undefined
          ? await examine(cli.context({ prompting: false }))
          : replayReport(await readReport(replay));
      const terminal = isTerminal(1);
      const paint = paintFor(color, cli.environment, terminal);
      const width = terminal ? (process.stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
      await cli.print(json ? jsonLine(report) : doctorText(report, { paint, width, explain }));
      const { selection } = report;
      cli.exitWith(selection.outcome === 'selected' ? exitCodes.done : exitCodeOf(selection.code));
    },
  });
}

async function readReport(path: string): Promise<string> {
  try {
    return await (path === '-' ? text(process.stdin) : readFile(path, 'utf8'));
  } catch (error) {
    throw new CredentialError(
      'invalid-input',
      `cannot read ${path}: ${error instanceof Error ? error.message : error}`,
    );
  }
}
