import { escapeJson, escapeUnprintable } from '../../domain/text/escape.ts';

/**
 * A line of text for people. It may contain strings of others (names, paths, messages): {@link renderLines} escapes all text,
 * so the only newlines, tabs and escape sequences in the output are those of lines, of {@link tab} and of styles.
 */
export type Line = string | readonly (string | Span | typeof tab)[];

/** Text in a style. */
export interface Span {
  readonly style: Style;
  readonly text: string;
}

export type Style = 'strong' | 'faint' | 'good' | 'fair' | 'bad';

/** Separates two fields of a line. */
export const tab = { separator: '\t' } as const;

/** Adds the escape sequences of a style, or returns the text unchanged if colours are off. */
export type Paint = (style: Style, text: string) => string;

/** The one place where text for people becomes output. Each line ends with a newline. */
export function renderLines(lines: readonly Line[], paint: Paint = (_, text) => text): string {
  return lines
    .map(
      (line) =>
        `${[line]
          .flat()
          .map((part) => renderPart(part, paint))
          .join('')}\n`,
    )
    .join('');
}

function renderPart(part: string | Span | typeof tab, paint: Paint): string {
  if (typeof part === 'string') return escapeUnprintable(part);
  return 'style' in part ? paint(part.style, escapeUnprintable(part.text)) : part.separator;
}

/** Text in a style. */
export function styled(style: Style, text: string): Span {
  return { style, text };
}

/** JSON in which everything that {@link escapeJson} finds is escaped. */
export function formatJson(value: unknown, indent: number): string {
  return `${escapeJson(JSON.stringify(value, undefined, indent))}\n`;
}

/** `1 file`, `2 files`. */
export function formatCount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** Wraps a paragraph at `width` characters without breaking words. The first line starts with `first`, the others with `rest`. */
export function wrap(text: string, width: number, first: string, rest = first): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      [line, empty] = [rest, true];
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}
