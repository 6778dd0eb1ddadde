import type { Context } from '../../../app/context.ts';
import type { SetupContext, SetupPlan, SetupRequest } from '../../../app/setup/setup.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import { formatExport, type ToolId, toolIds } from '../../../domain/setup/setup-tool.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { exitCodes } from '../../exit.ts';
import { confirm } from '../../input.ts';
import { createPaint } from '../../output/print.ts';
import type { Paint } from '../../output/text.ts';

export function setupCommand(cli: Cli): Command {
  return defineCommand({
    name: 'setup',
    summary: 'Make another tool ask keystow for its credentials, or list the tools',
    operands: {
      tool: { optional: true, choices: toolIds, describe: `the tool: ${toolIds.join(', ')}` },
      target: {
        optional: true,
        describe: 'what to set up within the tool: a registry, a profile, a user or a model provider',
      },
    },
    options: {
      undo: { describe: 'take the change back; what else was edited since stays' },
      'dry-run': { describe: 'show the change, and write nothing' },
      yes: { describe: 'do not ask' },
      json: { describe: 'print JSON' },
    },
    examples: [
      ['$0 setup', 'list the tools on this machine, and whether they use keystow'],
      ['$0 setup git', 'show the change, ask, and make it'],
      ['$0 setup docker ghcr.io --yes', 'only for one registry, without asking'],
      ['$0 setup git --undo', 'take the change back'],
    ],
    async run({ tool, target, undo, 'dry-run': dryRun, yes, json, color }) {
      const context = cli.context();
      const setup = await cli.services.setup(context, cli.environment);
      const paint = createPaint(color, cli.environment, isTerminal(1));
      if (tool === undefined) return printTools(cli, setup, { json, paint, isPlain: !undo && !dryRun && !yes });
      const request: SetupRequest = { tool: tool as ToolId, target };
      if (undo) return runUndo(cli, context, setup, request, { dryRun, json });
      const { applySetup, planSetup } = await import('../../../app/setup/setup.ts');
      const plan = await planSetup(setup, request);
      if (!json) await printPlan(cli, context, plan, paint);
      const isChanged = plan.changes.length > 0;
      if (isChanged && !dryRun && !yes) await confirm(cli, context, `Set up ${plan.tool}?`);
      const outcome = dryRun || !isChanged ? undefined : await applySetup(setup, plan);
      if (json) return cli.printJson({ ...plan, outcome: outcome ?? (isChanged ? 'planned' : 'already') });
      await printEnd(cli, context, plan, { dryRun, isApplied: outcome === 'applied' });
    },
  });
}

async function printEnd(
  cli: Cli,
  { settings, terminal }: Context,
  plan: SetupPlan,
  { dryRun, isApplied }: { readonly dryRun: boolean; readonly isApplied: boolean },
): Promise<void> {
  const { variables = [] } = plan;
  if (!settings.quiet) {
    if (isApplied) await cli.print([formatDone(cli, plan)]);
    else if (plan.state === 'set-up') await cli.print([`${plan.tool} is already set up`]);
    else if (dryRun) await cli.print(['nothing was written']);
  }
  if (variables.length === 0) return;
  terminal.notice('add this to the startup file of your shell:');
  await cli.print(variables.map(formatExport));
}

function formatDone({ profile: { program } }: Cli, { tool, target }: SetupPlan): string {
  return `${tool} is set up; to take it back: ${program} setup ${tool}${target === undefined ? '' : ` ${target}`} --undo`;
}

async function printPlan(cli: Cli, { settings, terminal }: Context, plan: SetupPlan, paint: Paint): Promise<void> {
  const { formatChanges } = await import('../../output/setup-text.ts');
  if (!settings.quiet && plan.changes.length > 0) await cli.print(formatChanges(plan), paint);
  for (const other of plan.others) terminal.warn(other);
  for (const note of plan.notes) terminal.notice(note);
}

async function runUndo(
  cli: Cli,
  { settings, terminal }: Context,
  setup: SetupContext,
  request: SetupRequest,
  { dryRun, json }: { readonly dryRun: boolean; readonly json: boolean },
): Promise<void> {
  const { undoSetup } = await import('../../../app/setup/undo-setup.ts');
  const { formatUndone } = await import('../../output/setup-text.ts');
  const undone = await undoSetup(setup, request, { dryRun });
  if (json) await cli.printJson({ ...request, dryRun, undone });
  else if (undone.length === 0) terminal.notice(`nothing to undo: keystow setup has not changed ${request.tool}`);
  for (const change of json ? [] : undone) {
    if (change.outcome === 'kept') terminal.warn(formatUndone(change, dryRun), `edit ${change.path} by hand`);
    else if (!settings.quiet) await cli.print([formatUndone(change, dryRun)]);
  }
  if (undone.some(({ outcome }) => outcome === 'kept')) cli.exitWith(exitCodes.error);
}

async function printTools(
  cli: Cli,
  setup: SetupContext,
  { json, paint, isPlain }: { readonly json: boolean; readonly paint: Paint; readonly isPlain: boolean },
): Promise<void> {
  if (!isPlain) {
    throw new CredentialError('invalid-input', 'a tool is required', { hint: `name one of: ${toolIds.join(', ')}` });
  }
  const { listTools } = await import('../../../app/setup/list-tools.ts');
  const { formatTools } = await import('../../output/setup-text.ts');
  const tools = await listTools(setup);
  if (json) return cli.printJson(tools);
  await cli.print(tools.length > 0 ? formatTools(tools) : ['no tool was found that keystow can set up'], paint);
}
