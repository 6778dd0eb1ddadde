import { CredentialError } from '../credential-error.ts';

/**
 * What git and a credential helper exchange: one `key=value` per line, in order (git-credential(1), "INPUT/OUTPUT
 * FORMAT"). Keys and values are Latin-1: each character is one byte of whatever encoding git uses.
 */
export type Attributes = readonly Attribute[];

export type Attribute = readonly [key: string, value: string];

/** Maximum length of a line in bytes, including its newline. */
export const maxLineBytes = 65_535;

/**
 * Parses attributes up to a blank line or the end. A line without `=`, one that is too long, or one with a NUL or a
 * carriage return, which two programs could understand differently → `invalid-input`. The message repeats nothing of the
 * line, because it may contain a password.
 */
export function parseAttributes(text: string): Attributes {
  const lines = text.split('\n');
  const end = lines.indexOf('');
  return (end < 0 ? lines : lines.slice(0, end)).map((line, index) => {
    const equals = line.indexOf('=');
    const fault = equals < 0 ? 'has no "="' : findFault(line);
    if (fault !== undefined) throw new CredentialError('invalid-input', `line ${index + 1} of the request ${fault}`);
    return [line.slice(0, equals), line.slice(equals + 1)];
  });
}

/** The lines of attributes. An attribute that does not fit into a line → `invalid-input`, naming its key. */
export function formatAttributes(attributes: Attributes): string {
  return attributes
    .map(([key, value]) => {
      const line = `${key}=${value}`;
      const fault = line.includes('\n') ? 'contains a line break' : findFault(line);
      if (fault === undefined) return `${line}\n`;
      throw new CredentialError('invalid-input', `the ${key} cannot be sent to git: the line ${fault}`);
    })
    .join('');
}

/** The value of a single-valued attribute. If it is repeated, the last one counts. */
export function findValue(attributes: Attributes, key: string): string | undefined {
  return attributes.findLast((attribute) => attribute[0] === key)?.[1];
}

/** The values of a multi-valued attribute such as `state[]`. An empty value discards those before it. */
export function findValues(attributes: Attributes, key: `${string}[]`): readonly string[] {
  const values = attributes.filter((attribute) => attribute[0] === key).map(([, value]) => value);
  return values.slice(values.lastIndexOf('') + 1);
}

/** A boolean of git-config(1). Anything else is false. */
// Stryker disable next-line StringLiteral: any text that isn't a boolean will do
export function parseBoolean(value = ''): boolean {
  return /^(true|yes|on)$/i.test(value) || (/^[+-]?\d+$/.test(value) && Number(value) !== 0);
}

function findFault(line: string): string | undefined {
  if (line.length >= maxLineBytes) return `is longer than ${maxLineBytes} bytes`;
  if (line.includes('\0')) return 'contains a NUL';
  if (line.includes('\r')) return 'contains a carriage return';
  return undefined;
}
