import { parse } from 'csv-parse/sync';
import { CredentialError } from '../../domain/credential-error.ts';

/**
 * Parses CSV (RFC 4180) with commas, semicolons or tabs, whichever the first line has, into rows of cells. Invalid →
 * `invalid-input`, naming the line only: the parser's message repeats the content.
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const delimiter = [',', ';', '\t'].find((character) => firstLine.includes(character)) ?? ',';
  try {
    return parse(text, { delimiter, relaxColumnCount: true, skipEmptyLines: true });
  } catch (error) {
    const { lines } = error as { readonly lines?: number };
    throw new CredentialError('invalid-input', `invalid CSV${lines === undefined ? '' : ` near line ${lines}`}`, {
      hint: 'check the quotes: a quote inside a cell is written twice',
    });
  }
}
