import type { ToolStatus } from '../../app/setup/list-tools.ts';
import type { SetupPlan } from '../../app/setup/setup.ts';
import type { UndoneChange } from '../../app/setup/undo-setup.ts';
import { type FileChange, toolIds } from '../../domain/setup/setup-tool.ts';
import { assertNever } from '../../domain/text/messages.ts';
import { type Line, type Span, styled, wrap } from './text.ts';

/** The change of each file: only its added and removed lines, because the lines around it may contain secrets. */
export function formatChanges({ changes }: Pick<SetupPlan, 'changes'>): readonly Line[] {
  return changes.flatMap((change): Line[] => [[styled('strong', change.path)], ...formatChange(change)]);
}

function formatChange(change: FileChange): readonly Line[] {
  if (change.kind === 'script') return toLines(change.text, '+', 'good');
  return change.edits.flatMap(({ removed, inserted }) => [
    ...toLines(removed, '-', 'bad'),
    ...toLines(inserted, '+', 'good'),
  ]);
}

function toLines(text: string, sign: '+' | '-', style: Span['style']): readonly Line[] {
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) => ['  ', styled(style, `${sign} ${line.replaceAll('\t', '  ')}`)]);
}

const states: Readonly<Record<ToolStatus['state'], string>> = {
  'set-up': 'set up',
  'not-set-up': 'not set up',
  'other-helper': 'uses another helper',
  damaged: 'cannot be set up',
};

/** A table, without a heading. */
export function formatTools(tools: readonly ToolStatus[]): readonly Line[] {
  const width = Math.max(...toolIds.map((id) => id.length));
  return tools.map((status) => {
    const { tool, state, problem } = status;
    const style = state === 'set-up' ? 'good' : state === 'damaged' ? 'bad' : 'faint';
    const rest = problem === undefined ? formatTargets(status) : `: ${problem}`;
    return [`  ${tool.padEnd(width)}  `, styled(style, states[state]), rest];
  });
}

/**
 * For a doctor report: the tools that use keystow or another helper, or can't be read, and the names of the others. Nothing
 * if there are only others.
 */
export function summarizeTools(tools: readonly ToolStatus[], width: number): readonly Line[] {
  const [others, configured] = [true, false].map((isOther) =>
    tools.filter(({ state }) => (state === 'not-set-up') === isOther),
  ) as [ToolStatus[], ToolStatus[]];
  if (configured.length === 0) return [];
  const names = others.map(({ tool }) => tool).join(', ');
  const more =
    others.length > 0 ? wrap(`not set up: ${names}; to set one up: keystow setup TOOL`, width, '  ', '    ') : [];
  return ['', [styled('strong', 'Tools:')], ...formatTools(configured), ...more];
}

function formatTargets({ targets, isDefaultSetUp }: ToolStatus): string {
  return targets.length === 0 ? '' : `${isDefaultSetUp ? ', also' : ''} for ${targets.join(', ')}`;
}

export function formatUndone({ path, outcome }: UndoneChange, dryRun: boolean): string {
  switch (outcome) {
    case 'restored':
      return `${dryRun ? 'would restore' : 'restored'} ${path}`;
    case 'removed':
      return `${dryRun ? 'would remove' : 'removed'} ${path}`;
    case 'gone':
      return `nothing to undo in ${path}`;
    case 'kept':
      return `left ${path} as it is: it was edited, so the change cannot be told from the rest`;
    default:
      return assertNever(outcome);
  }
}
