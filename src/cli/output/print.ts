import { writeSync } from 'node:fs';
import { isTerminal } from '../../composition/environment.ts';
import { CredentialError } from '../../domain/credential-error.ts';

const stdout = 1;

/**
 * Writes to stdout and resolves when all bytes are written. EPIPE isn't an error: the reader needs no more, as in `| head`.
 * Writes to files and pipes directly, because creating `process.stdout` is slow.
 */
export async function print(output: string | Uint8Array): Promise<void> {
  const bytes = typeof output === 'string' ? Buffer.from(output) : output;
  try {
    const written = isTerminal(stdout) ? 0 : writeDirectly(bytes);
    if (written < bytes.length) await writeToStream(bytes.subarray(written));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE') throw new CredentialError('output-failed', `cannot write to stdout: ${message}`);
  }
}

/** Returns how many bytes were written before a non-blocking pipe was full. */
function writeDirectly(bytes: Uint8Array): number {
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
