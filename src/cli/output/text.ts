import type { CredentialName } from '../../domain/credential-name.ts';
import { createUnicodeRegExp } from '../../domain/text/messages.ts';

/** Escapes control characters, so that a name can't break a line or control a terminal. */
export function escapeControls(text: string): string {
  return text.replace(createUnicodeRegExp('[\\p{Cc}\\p{Bidi_Control}]'), (character) => {
    const known = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character];
    return known ?? `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
}

/** A credential's name, as messages show it. */
export function formatName({ service, account }: CredentialName): string {
  return `${escapeControls(service)} ${escapeControls(account)}`;
}

export function formatJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Wraps a paragraph at `width` characters without breaking words. The first line starts with `first`, the others with `rest`. */
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
