import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { examine, replayReport } from '../../app/doctor.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { exitCodeOf, exitCodes } from '../exit-code.ts';
import { jsonLine } from '../render.ts';
import { doctorText } from '../render-doctor.ts';

export function doctorCommand(cli: Cli): Command {
  return command({
    name: 'doctor',
    summary: 'Say which store is used and why, and how to mend what is amiss',
    options: {
      json: { describe: 'print JSON, with the facts that decided' },
      replay: {
        value: 'FILE',
        completes: 'files',
        describe: 'decide again from the facts in a saved report (- for stdin)',
      },
    },
    examples: [
      ['$0 doctor', 'what is used here, and why'],
      ['$0 doctor --json >report.json', 'save the report'],
      ['$0 doctor --replay report.json', 'decide again, on any machine'],
    ],
    async run({ json, replay }) {
      const report =
        replay === undefined
          ? await examine(cli.context({ prompting: false }))
          : replayReport(await readReport(replay));
      await cli.print(json ? jsonLine(report) : doctorText(report));
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
