import type { FileMoved } from '../../app/sweep/move.ts';
import type { FilePlan, LeftFinding } from '../../app/sweep/plan-move.ts';
import type { FileRestored } from '../../app/sweep/undo-move.ts';
import { assertNever } from '../../domain/assert-never.ts';
import { formatChanges } from './setup-text.ts';
import { formatRedacted, oddities, shorten } from './sweep-text.ts';
import { formatCount, type Line, styled } from './text.ts';

/** What a move will do to each file, and what it leaves. */
export function formatMovePlan(plans: readonly FilePlan[], home: string): readonly Line[] {
  const shown = new Set<string>();
  const isNew = (setup: FilePlan['setups'][number]) => {
    const key = JSON.stringify(setup.changes);
    return !shown.has(key) && shown.add(key);
  };
  return plans.flatMap((plan) => [
    [styled('strong', shorten(plan.file.path, home)), ` (${plan.file.tool.name})`],
    ...plan.moved.flatMap(({ findings, isStored }) =>
      findings.map((finding): Line => {
        const what = `${finding.subject} (${finding.kind}, ${formatRedacted(finding.secret)})`;
        return [styled('good', '  move   '), `${what}${isStored ? ', which keystow has already' : ''}`];
      }),
    ),
    ...plan.left.map((left): Line => [styled('fair', '  leave  '), formatLeft(left, plan)]),
    ...plan.setups
      .filter(isNew)
      .flatMap((setup): readonly Line[] => [
        [styled('good', '  setup  '), `${[setup.tool, setup.target].join(' ').trim()} will ask keystow:`],
        ...formatChanges(setup).map((line): Line => ['    ', ...[line].flat()]),
      ]),
    ...plan.stores.map(
      ({ file }): Line => [
        styled('good', '  remove '),
        `credential.helper = store from ${shorten(file.path, home)}, which writes plain text`,
      ],
    ),
  ]);
}

function formatLeft({ finding, reason, problem }: LeftFinding, { file }: FilePlan): string {
  const what = `line ${finding.line}, ${finding.kind} ${finding.subject}`.trim();
  switch (reason) {
    case 'no-helper':
      return `${what}: ${file.tool.remedy === undefined ? 'remove it by hand: ' : ''}${file.tool.name} cannot ask another program for it`;
    case 'conflict':
      return `${what}: keystow has another secret for it: ${problem ?? ''}`;
    case 'oddity':
      return `${what}: the file ${file.oddity === 'symbolic-link' ? 'is ' : ''}${file.oddity === undefined ? '' : oddities[file.oddity]}`;
    case 'not-removable':
      return `${what}: it cannot be removed without changing something else; edit the file by hand`;
    case 'setup':
      return `${what}: ${problem ?? ''}`;
    default:
      return assertNever(reason);
  }
}

export function formatMoved({ path, tool, credentials }: FileMoved, home: string): string {
  return `moved ${formatCount(credentials.length, 'credential')} out of ${shorten(path, home)}; ${tool} asks keystow now`;
}

export function formatRestored({ path, outcome }: FileRestored, home: string): string {
  const file = shorten(path, home);
  switch (outcome) {
    case 'restored':
      return `restored ${file}, byte for byte`;
    case 'merged':
      return `restored ${file}, and kept your edits`;
    case 'unchanged':
      return `${file} is as it was`;
    case 'conflict':
      return `${file} was edited where a credential was removed, so it is left alone`;
    default:
      return assertNever(outcome);
  }
}

/** The value of `--json` for a move. Contains no secret. */
export function toMoveJson(plans: readonly FilePlan[], moved: readonly FileMoved[] | undefined): unknown {
  return plans.map(({ file, moved: planned, left, setups }) => {
    const result = moved?.find(({ path }) => path === file.path);
    return {
      file: file.path,
      tool: file.tool.id,
      outcome: planned.length === 0 ? 'left' : (result?.outcome ?? 'planned'),
      ...(result?.error !== undefined && { error: result.error instanceof Error ? result.error.message : '' }),
      moves: planned.map(({ name, findings }) => ({ ...name, lines: findings.map(({ line }) => line) })),
      left: left.map(({ finding: { line, kind, subject }, reason, problem }) => ({
        line,
        kind,
        subject,
        reason,
        problem,
      })),
      setups: setups.map(({ tool, target }) => ({ tool, target })),
    };
  });
}
