import { CredentialError } from '../../credential-error.ts';

/**
 * What git and a credential helper tell each other: `key=value` a line, in order (git-credential(1), "INPUT/OUTPUT
 * FORMAT"). Keys and values are Latin-1: one character a byte, whatever the bytes mean.
 */
export type Attributes = readonly Attribute[];

export type Attribute = readonly [key: string, value: string];

/** Longest line in bytes, its newline included. */
export const maxLineBytes = 65_535;

/**
 * Reads attributes up to a blank line or the end. A line without `=`, one that is longer than the protocol allows, or
 * one with a NUL or a carriage return, which could make two programs see two things in it → `invalid-input`; the
 * message repeats nothing of the line, because a password may be in it.
 */
export function parseAttributes(text: string): Attributes {
  const lines = text.split('\n');
  const end = lines.indexOf('');
  return (end < 0 ? lines : lines.slice(0, end)).map((line, index) => {
    const equals = line.indexOf('=');
    const fault = equals < 0 ? 'has no "="' : faultOf(line);
    if (fault !== undefined) throw new CredentialError('invalid-input', `line ${index + 1} of the request ${fault}`);
    return [line.slice(0, equals), line.slice(equals + 1)];
  });
}

/** The lines of attributes. One that no line can carry → `invalid-input`, naming its key. */
export function formatAttributes(attributes: Attributes): string {
  return attributes
    .map(([key, value]) => {
      const line = `${key}=${value}`;
      const fault = line.includes('\n') ? 'holds a line break' : faultOf(line);
      if (fault === undefined) return `${line}\n`;
      throw new CredentialError('invalid-input', `git cannot be given the ${key}: the line ${fault}`);
    })
    .join('');
}

/** The value of an attribute that has one: given twice, the last one counts. */
export function findValue(attributes: Attributes, key: string): string | undefined {
  return attributes.findLast((attribute) => attribute[0] === key)?.[1];
}

/** The values of an attribute that has several, such as `state[]`. An empty one forgets those before it. */
export function findValues(attributes: Attributes, key: `${string}[]`): readonly string[] {
  const values = attributes.filter((attribute) => attribute[0] === key).map(([, value]) => value);
  return values.slice(values.lastIndexOf('') + 1);
}

/** A boolean as git-config(1) spells it. */
// Stryker disable next-line StringLiteral: any text that isn't a boolean will do
export function parseBoolean(value = ''): boolean {
  return /^(true|yes|on)$/i.test(value) || (/^[+-]?\d+$/.test(value) && Number(value) !== 0);
}

function faultOf(line: string): string | undefined {
  if (line.length >= maxLineBytes) return `is longer than ${maxLineBytes} bytes`;
  if (line.includes('\0')) return 'holds a NUL';
  if (line.includes('\r')) return 'holds a carriage return';
  return undefined;
}
