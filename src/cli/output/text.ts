import type { CredentialName } from '../../domain/credential-name.ts';
import { createUnicodeRegExp } from '../../domain/text/one-line.ts';

/** Shows control characters by their escapes, so that a name can neither break a line nor drive a terminal. */
export function escapeControls(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\p{Bidi_Control}]'), (character) => {
    const known = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character];
    return known ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** A name as messages show it. */
export function formatName({ service, account }: CredentialName): string {
  return `${escapeControls(service)} ${escapeControls(account)}`;
}

/** A paragraph in lines of at most `width` characters, the first behind `first`, the others behind `rest`; words stay whole. */
export function wrap(text: string, width: number, first: string, rest = first): string {
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
  return [...lines, line].join('\n');
}

export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
