import type { Context } from '../../../app/context.ts';
import type { MoveContext } from '../../../app/sweep/plan-move.ts';
import type { SweepResult } from '../../../app/sweep/sweep.ts';
import { findCurrentFolder, findHomeFolder, findOutputWidth, isTerminal } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Tool } from '../../../domain/sweep/known-file.ts';
import { tools } from '../../../domain/sweep/tools.ts';
import { findClosest } from '../../../domain/text/messages.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes, toExitCode } from '../../exit.ts';
import { confirm } from '../../input.ts';
import { createPaint } from '../../output/print.ts';
import { formatCount, type Paint } from '../../output/text.ts';

export function sweepCommand(cli: Cli): Command {
  return defineCommand({
    name: 'sweep',
    summary:
      'Find plain-text credentials where other tools keep them, and move them into keystow; exits with 1 if any remain',
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
      move: { describe: 'store them in keystow, make their tools ask keystow, and remove them from their files' },
      undo: { conflicts: 'move', describe: 'take moves back: the files are restored byte for byte' },
      forget: { conflicts: 'undo', describe: 'delete the records of moves, so that they can no longer be taken back' },
      'dry-run': { describe: 'with --move or --undo, show what would happen, and write nothing' },
      yes: { describe: 'do not ask' },
      json: { describe: 'print JSON with every finding; never a secret' },
    },
    examples: [
      ['$0 sweep', 'list the credentials in plain text: file, line, kind, age and who else can read it'],
      ['$0 sweep --exclude gcloud,azure', 'do not look at these tools'],
      ['$0 sweep git --json', 'look at the files of one tool, for a script'],
      ['$0 sweep --move --dry-run', 'show what would be moved'],
      ['$0 sweep --move git --yes', 'move the credentials of one tool without asking'],
      ['$0 sweep --undo --yes', 'take all moves back'],
    ],
    async run({ what, exclude, move, undo, forget, 'dry-run': dryRun, yes, json, color }) {
      const filter = await createFilter(cli, { what, exclude });
      const options = { filter, dryRun, yes, json, paint: createPaint(color, cli.environment, isTerminal(1)) };
      if (undo || forget) return takeBackMoves(cli, { ...options, forget });
      const result = await runSweep(cli, filter, what);
      if (move) return moveCredentials(cli, result, options);
      const { formatSweep, formatSkippedFile, toSweepJson } = await import('../../output/sweep-text.ts');
      const context = cli.context();
      const home = findHomeFolder(cli.environment);
      if (json) await cli.printJson(toSweepJson(result));
      else {
        for (const file of result.skipped) context.terminal.warn(formatSkippedFile(file, home));
        await cli.print(formatSweep(result, { home, now: context.clock(), width: findOutputWidth() }), options.paint);
      }
      cli.exitWith(toSweepCode(result));
    },
  });
}

interface SweepCommandOptions {
  readonly filter: Filter;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly json: boolean;
  readonly paint: Paint;
}

type Filter = (tool: Tool, path: string) => boolean;

function toSweepCode({ files, skipped }: SweepResult): number {
  if (files.some(({ findings }) => findings.length > 0)) return exitCodes.error;
  return skipped.length > 0 ? exitCodes.incomplete : exitCodes.done;
}

function createMachine({ environment }: Cli): MoveContext['machine'] {
  const home = findHomeFolder(environment);
  return { environment, platform: process.platform, home, directory: findCurrentFolder() };
}

async function createMoveContext(cli: Cli): Promise<MoveContext> {
  const context = withoutRepeats(cli.context());
  const setup = await cli.services.setup(context, cli.environment);
  return { context, setup, machine: createMachine(cli), files: await cli.services.credentialFiles() };
}

/** Many credentials are stored one after the other, each with the same warnings. */
function withoutRepeats(context: Context): Context {
  const shown = new Set<string>();
  const once =
    <Rest extends readonly unknown[]>(print: (line: string, ...rest: Rest) => void) =>
    (line: string, ...rest: Rest) => {
      if (!shown.has(line)) print(line, ...rest);
      shown.add(line);
    };
  const { terminal } = context;
  return { ...context, terminal: { ...terminal, warn: once(terminal.warn), notice: once(terminal.notice) } };
}

async function runSweep(cli: Cli, includes: Filter, named = ''): Promise<SweepResult> {
  const { sweep } = await import('../../../app/sweep/sweep.ts');
  return sweep({ machine: createMachine(cli), files: await cli.services.credentialFiles(), named, includes });
}

async function createFilter(
  cli: Cli,
  { what, exclude = '' }: { readonly what: string | undefined; readonly exclude: string | undefined },
): Promise<Filter> {
  const { resolvePath } = await import('../../../app/sweep/sweep.ts');
  const machine = createMachine(cli);
  const toFilter = (word: string): Filter => {
    if (tools.some(({ id }) => id === word)) return ({ id }) => id === word;
    if (!/[./\\*~]/.test(word)) throw unknownToolError(word);
    const pattern = resolvePath(word, machine) ?? word;
    return (_, path) => matchesPattern(pattern, path);
  };
  const only = what === undefined ? () => true : toFilter(what);
  const excluded = exclude.split(',').flatMap((word) => (word.trim() === '' ? [] : toFilter(word.trim())));
  return (tool, path) => only(tool, path) && !excluded.some((matches) => matches(tool, path));
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

async function moveCredentials(cli: Cli, result: SweepResult, options: SweepCommandOptions): Promise<void> {
  const { planMove } = await import('../../../app/sweep/plan-move.ts');
  const { moveFile } = await import('../../../app/sweep/move.ts');
  const { formatMoved, formatMovePlan, formatRemedies, formatSkippedFile, toMoveJson } = await import(
    '../../output/sweep-text.ts'
  );
  const { dryRun, yes, json, paint } = options;
  const move = await createMoveContext(cli);
  const { context, machine } = move;
  for (const file of json ? [] : result.skipped) context.terminal.warn(formatSkippedFile(file, machine.home));
  const plans = await planMove(move, result);
  const total = plans.reduce((sum, { moved }) => sum + moved.length, 0);
  if (!json)
    await cli.print([...formatMovePlan(plans, machine.home), ...(total === 0 ? ['nothing to move'] : [])], paint);
  if (total > 0 && !dryRun && !yes)
    await confirm(cli, context, `Move ${formatCount(total, 'credential')} into keystow?`);
  const moved = [];
  const runTool = dryRun ? undefined : await cli.services.toolRunner();
  for (const plan of runTool === undefined ? [] : plans) {
    if (runTool === undefined || plan.moved.length === 0) continue;
    const outcome = await moveFile({ ...move, runTool }, plan);
    moved.push(outcome);
    if (json) continue;
    if (outcome.outcome === 'moved') await cli.print([formatMoved(outcome, machine.home)]);
    else printFailure(context, outcome.error);
  }
  if (json) await cli.printJson({ dryRun, files: toMoveJson(plans, runTool && moved), skipped: result.skipped.length });
  else {
    const left = plans.filter((plan) => plan.left.length > 0).map(({ file }) => file);
    await cli.print([...(dryRun ? ['nothing was written'] : []), ...formatRemedies(left, findOutputWidth())]);
  }
  const remain = plans.some(({ left }) => left.length > 0) || moved.some(({ outcome }) => outcome === 'failed');
  if (remain || (dryRun && total > 0)) cli.exitWith(exitCodes.error);
  else if (result.skipped.length > 0) cli.exitWith(exitCodes.incomplete);
}

function printFailure({ terminal }: Context, error: unknown): void {
  if (!(error instanceof CredentialError)) throw error;
  terminal.warn(error.message, error.hint);
}

async function takeBackMoves(
  cli: Cli,
  { filter, dryRun, yes, json, forget }: SweepCommandOptions & { readonly forget: boolean },
): Promise<void> {
  const { forgetMoves, listRecords, undoMove } = await import('../../../app/sweep/undo-move.ts');
  const { formatRestored, shorten } = await import('../../output/sweep-text.ts');
  const move = await createMoveContext(cli);
  const { context, machine } = move;
  const records = (await listRecords(context)).filter(({ tool, path }) => {
    const known = tools.find(({ id }) => id === tool);
    return known === undefined || filter(known, path);
  });
  const files = records.map(({ path }) => shorten(path, machine.home));
  if (records.length === 0) {
    if (json) await cli.printJson([]);
    return context.terminal.notice('nothing to take back: no move is recorded');
  }
  const verb = forget ? 'forget how to restore' : 'restore';
  if (!json) await cli.print(files.map((file) => `will ${verb} ${file}`));
  if (dryRun) return json ? cli.printJson(records.map(({ path }) => ({ path, outcome: 'planned' }))) : undefined;
  const question = forget ? 'Delete these records?' : 'Write these credentials in plain text again?';
  if (!yes) await confirm(cli, context, question);
  if (forget) {
    await forgetMoves(context, records);
    return json ? cli.printJson(records.map(({ path }) => ({ path, outcome: 'forgotten' }))) : undefined;
  }
  const restored = await undoMove(move, records);
  if (json) await cli.printJson(restored);
  for (const result of json ? [] : restored) {
    if (result.outcome === 'conflict')
      context.terminal.warn(formatRestored(result, machine.home), undoHint(cli, result.path));
    else await cli.print([formatRestored(result, machine.home)]);
    for (const { service, account } of result.kept) {
      context.terminal.warn(`kept ${service} ${account} in keystow: it was changed there`);
    }
  }
  if (restored.some(({ outcome }) => outcome === 'conflict')) cli.exitWith(toExitCode('file-busy'));
}

function undoHint({ profile: { program } }: Cli, path: string): string {
  return `take your changes out and try again, or print the record: ${program} get keystow-sweep ${path}`;
}
