import type { Writable } from 'node:stream';
import { CredentialError } from '../domain/credential-error.ts';

/**
 * Writes to a stream and resolves when it has taken the bytes. A reader that has gone away (EPIPE, as with `| head`) is
 * no failure of ours.
 */
export function printTo(stream: Writable): (output: string | Uint8Array) => Promise<void> {
  return (output) =>
    new Promise((resolve, reject) => {
      if (output.length === 0) return resolve();
      stream.once('error', ignoreBrokenPipe(resolve, reject));
      stream.write(output, (error) => (error ? ignoreBrokenPipe(resolve, reject)(error) : resolve()));
    });
}

function ignoreBrokenPipe(resolve: () => void, reject: (error: Error) => void) {
  return (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') resolve();
    else reject(new CredentialError('output-failed', `stdout cannot be written: ${error.message}`));
  };
}
