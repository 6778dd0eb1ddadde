import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';

/** More than any credential; a guard against a pipe that never ends. */
const maxStdinBytes = 64 * 1024 * 1024;

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads a secret from stdin to its end. Unless `raw`, one trailing newline is dropped: what `echo` adds; on Windows,
 * where programs end a line with CR LF, both.
 */
export async function readSecret(stdin: AsyncIterable<Buffer>, raw: boolean): Promise<Secret> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size > maxStdinBytes)
      throw new CredentialError('too-large', `the secret on stdin is larger than ${maxStdinBytes} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  return new Secret(raw ? bytes : bytes.subarray(0, lengthWithoutNewline(bytes)));
}

function lengthWithoutNewline(bytes: Buffer): number {
  if (bytes.at(-1) !== newline) return bytes.length;
  return process.platform === 'win32' && bytes.at(-2) === carriageReturn ? bytes.length - 2 : bytes.length - 1;
}
