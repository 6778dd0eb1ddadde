import { CredentialError } from '../domain/credential-error.ts';

/** More than any credential; a guard against a pipe that never ends. */
const maxStdinBytes = 64 * 1024 * 1024;

/** Reads stdin to its end. */
export async function readStdin(stdin: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin) {
    size += chunk.length;
    if (size > maxStdinBytes)
      throw new CredentialError('too-large', `the secret on stdin is larger than ${maxStdinBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
