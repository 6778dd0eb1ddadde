import type { SweepResult } from '../../../app/sweep/sweep.ts';
import { findCurrentFolder, findHomeFolder } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Tool } from '../../../domain/sweep/known-file.ts';
import { tools } from '../../../domain/sweep/tools.ts';
import { findClosest } from '../../../domain/text/messages.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';

export function sweepCommand(cli: Cli): Command {
  return defineCommand({
    name: 'sweep',
    summary: 'Find plain-text credentials where other tools keep them; exits with 1 if there are any',
    operands: {
      what: {
        optional: true,
        completes: () => tools.map(({ id }) => id),
        describe: 'only this tool, such as git, or this file; the default is every tool',
      },
    },
    options: {
      exclude: {
        value: 'PATTERN',
        describe: 'skip tools and files, separated by commas: --exclude gcloud,~/.config/*',
      },
      json: { describe: 'print JSON with every finding; never a secret' },
    },
    examples: [
      ['$0 sweep', 'list the credentials in plain text: file, line, kind, age and who else can read it'],
      ['$0 sweep --exclude gcloud,azure', 'do not look at these tools'],
      ['$0 sweep git --json', 'look at the files of one tool, for a script'],
    ],
    async run({ what, exclude, json }) {
      const result = await runSweep(cli, { what, exclude });
      const { formatSweep, formatSkippedFile, toSweepJson } = await import('../../output/sweep-text.ts');
      const context = cli.context();
      const home = findHomeFolder(cli.environment);
      if (json) await cli.printJson(toSweepJson(result));
      else {
        for (const file of result.skipped) context.terminal.warn(formatSkippedFile(file, home));
        await cli.print(formatSweep(result, { home, now: context.clock(), program: cli.profile.program }));
      }
      cli.exitWith(toExitCode(result));
    },
  });
}

function toExitCode({ files, skipped }: SweepResult): number {
  if (files.length > 0) return exitCodes.error;
  return skipped.length > 0 ? exitCodes.incomplete : exitCodes.done;
}

async function runSweep(
  cli: Cli,
  { what, exclude }: { readonly what: string | undefined; readonly exclude: string | undefined },
): Promise<SweepResult> {
  const { sweep } = await import('../../../app/sweep/sweep.ts');
  const { resolvePath } = await import('../../../app/sweep/locate-files.ts');
  const machine = {
    environment: cli.environment,
    platform: process.platform,
    home: findHomeFolder(cli.environment),
    directory: findCurrentFolder(),
  };
  const toFilter = (word: string): ((tool: Tool, path: string) => boolean) => {
    if (tools.some(({ id }) => id === word)) return ({ id }) => id === word;
    if (!/[./\\*~]/.test(word)) throw unknownToolError(word);
    const pattern = resolvePath(word, machine) ?? word;
    return (_, path) => matchesPattern(pattern, path);
  };
  const only = what === undefined ? undefined : toFilter(what);
  const excluded = (exclude ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : toFilter(word.trim())));
  const result = await sweep({
    machine,
    files: await cli.services.credentialFiles(),
    includes: (tool, path) =>
      (only === undefined || only(tool, path)) && !excluded.some((matches) => matches(tool, path)),
  });
  return result;
}

/** `*` stands for any characters, slashes included. */
function matchesPattern(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's').test(path);
}

function unknownToolError(word: string): CredentialError {
  const ids = tools.map(({ id }) => id);
  const [closest] = findClosest(word, ids);
  return new CredentialError('invalid-input', 'unknown tool', {
    hint: closest === undefined ? `use a path, or one of ${ids.join(', ')}` : `did you mean ${closest}?`,
  });
}
