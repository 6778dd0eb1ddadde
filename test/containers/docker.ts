import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What the command `docker` prints. Rejects, with what it complains of, where it fails. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('docker', args)).stdout;
}
