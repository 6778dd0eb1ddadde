import type { CredentialName } from '../../domain/credential-name.ts';
import { escapeJson } from '../../domain/text/escape.ts';

/** A credential's name, as messages show it. */
export function formatName({ service, account }: CredentialName): string {
  return `${service} ${account}`;
}

/** JSON in which everything that {@link escapeJson} finds is escaped. */
export function formatJson(value: unknown, indent: number): string {
  return `${escapeJson(JSON.stringify(value, undefined, indent))}\n`;
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
