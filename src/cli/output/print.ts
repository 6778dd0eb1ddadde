import { writeSync } from 'node:fs';
import { isTerminal } from '../../composition/environment.ts';
import { CredentialError } from '../../domain/credential-error.ts';

const stdout = 1;

/**
 * Writes to stdout and resolves when it has taken the bytes. A reader that has gone away (EPIPE, as with `| head`) is no
 * failure of ours. Files and pipes are written to without a stream, which takes 4 ms to make.
 */
export async function print(output: string | Uint8Array): Promise<void> {
  const bytes = typeof output === 'string' ? Buffer.from(output) : output;
  try {
    const written = isTerminal(stdout) ? 0 : writeNow(bytes);
    if (written < bytes.length) await writeToStream(bytes.subarray(written));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE') throw new CredentialError('output-failed', `stdout cannot be written: ${message}`);
  }
}

/** How many bytes went out before a pipe that does not block was full. */
function writeNow(bytes: Uint8Array): number {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(stdout, bytes, written);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return written;
}

function writeToStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', reject);
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
