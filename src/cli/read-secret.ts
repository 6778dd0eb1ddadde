import { Secret } from '../domain/secret.ts';
import { readStdin } from './read-stdin.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads a secret from stdin to its end. Unless `raw`, one trailing newline is dropped: what `echo` adds; on Windows,
 * where programs end a line with CR LF, both.
 */
export async function readSecret(stdin: AsyncIterable<Buffer>, raw: boolean): Promise<Secret> {
  const bytes = await readStdin(stdin);
  return new Secret(raw ? bytes : bytes.subarray(0, lengthWithoutNewline(bytes)));
}

function lengthWithoutNewline(bytes: Buffer): number {
  if (bytes.at(-1) !== newline) return bytes.length;
  return process.platform === 'win32' && bytes.at(-2) === carriageReturn ? bytes.length - 2 : bytes.length - 1;
}
