import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs `docker` and returns its stdout. Rejects with its stderr if it fails. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout;
}
