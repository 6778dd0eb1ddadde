import type { FileMoved } from '../../app/sweep/move.ts';
import type { FilePlan, LeftFinding } from '../../app/sweep/plan-move.ts';
import type { SkippedFile, SweepResult, SweptFile } from '../../app/sweep/sweep.ts';
import type { FileRestored } from '../../app/sweep/undo-move.ts';
import type { Finding, RedactedSecret } from '../../domain/sweep/finding.ts';
import { assertNever } from '../../domain/text/messages.ts';
import type { Readers } from '../../ports/tool-files.ts';
import { formatChanges } from './setup-text.ts';
import { formatCount, type Line, styled, wrap } from './text.ts';

interface SweepTextOptions {
  readonly home: string;
  /** As `Date.prototype.toISOString` writes it. */
  readonly now: string;
  /** Long lines are wrapped at this width. */
  readonly width: number;
}

/** The findings of each file, and what to do about them. */
export function formatSweep(result: SweepResult, options: SweepTextOptions): readonly Line[] {
  const files = result.files.filter(({ findings }) => findings.length > 0);
  if (files.length === 0) return [`no plain-text credentials in ${formatCount(result.files.length, 'file')}`];
  const total = files.reduce((sum, { findings }) => sum + findings.length, 0);
  return [
    ...files.flatMap((file) => formatFile(file, options)),
    '',
    `found ${formatCount(total, 'plain-text credential')} in ${formatCount(files.length, 'file')}`,
    ...formatRemedies(files, options.width),
  ];
}

function formatFile(file: SweptFile, { home, now }: SweepTextOptions): readonly Line[] {
  const { path, tool, findings, snapshot, oddity } = file;
  const details = [
    tool.name,
    formatAge(snapshot.modifiedAtMs, Date.parse(now)),
    ...formatReaders(snapshot.readableBy),
    ...(oddity === undefined ? [] : [oddities[oddity]]),
  ];
  const rows = findings.map((finding) => [
    `line ${finding.line}`,
    finding.kind,
    finding.subject,
    formatRedacted(finding.secret),
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return [
    [styled('strong', shorten(path, home)), ` (${details.join(', ')})`],
    ...rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`),
  ];
}

function formatRedacted({ start, length }: RedactedSecret): string {
  if (length === undefined) return 'less than 8 characters';
  return start === '' ? `${length} characters` : `${start}…, ${length} characters`;
}

const oddities: Readonly<Record<NonNullable<SweptFile['oddity']>, string>> = {
  'symbolic-link': 'a symbolic link',
  'hard-links': 'has several hard links',
  'byte-order-mark': 'has a byte order mark',
  'carriage-returns': 'has Windows line endings',
};

function formatReaders(readers: Readers): readonly string[] {
  switch (readers) {
    case 'everyone':
      return ['readable by everyone'];
    case 'group':
      return ['readable by its group'];
    case 'nobody':
    case 'unknown':
      return [];
    default:
      return assertNever(readers);
  }
}

const dayMs = 24 * 60 * 60 * 1000;

function formatAge(modifiedAtMs: number, nowMs: number): string {
  const days = Math.floor((nowMs - modifiedAtMs) / dayMs);
  if (days < 1) return 'changed today';
  return days < 60 ? `${formatCount(days, 'day')} old` : `${Math.floor(days / 30)} months old`;
}

export function formatRemedies(files: readonly Pick<SweptFile, 'tool'>[], width: number): readonly Line[] {
  const tools = [...new Set(files.map(({ tool }) => tool))];
  return tools.flatMap(({ id, remedy }) => (remedy === undefined ? [] : wrap(remedy, width, `  ${id}: `, '    ')));
}

/** Why a file was skipped, without a newline. */
export function formatSkippedFile({ path, reason, line }: SkippedFile, home: string): string {
  return `skipped ${shorten(path, home)}: ${reasons[reason]}${line === undefined ? '' : ` (line ${line})`}`;
}

const reasons: Readonly<Record<SkippedFile['reason'], string>> = {
  'dangling-link': 'it is a link to a file that does not exist',
  'link-loop': 'it is a link to itself',
  'not-a-file': 'it is not a regular file',
  'other-owner': 'it belongs to another user',
  denied: 'permission denied',
  'too-large': 'it is larger than 1 MiB',
  failed: 'it cannot be read',
  'utf-16': 'it is UTF-16; convert it to UTF-8',
  binary: 'it is not a text file',
  'not-utf-8': 'it is not UTF-8',
  invalid: 'it is not in the format of its tool',
};

/** The value of `--json`. Contains no secret. */
export function toSweepJson({ files, skipped }: SweepResult): unknown {
  return {
    found: files.flatMap((file) => file.findings.map((finding) => toFindingJson(file, finding))),
    skipped: skipped.map(({ tool, path, reason, line }) => ({ file: path, tool: tool.id, reason, line })),
    examined: files.length,
  };
}

function toFindingJson({ path, tool, snapshot, oddity }: SweptFile, { line, kind, subject, secret }: Finding): unknown {
  return {
    file: path,
    line,
    tool: tool.id,
    kind,
    subject,
    secretStart: secret.start,
    secretLength: secret.length ?? null,
    modifiedAt: new Date(snapshot.modifiedAtMs).toISOString(),
    readableBy: snapshot.readableBy,
    ...(oddity && { leftAloneBecause: oddity }),
    ...(tool.remedy && { remedy: tool.remedy }),
  };
}

export function shorten(path: string, home: string): string {
  return home !== '' && /^[/\\]/.test(path.slice(home.length)) && path.startsWith(home)
    ? `~${path.slice(home.length)}`
    : path;
}

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
