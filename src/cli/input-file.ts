import { createReadStream, statSync } from 'node:fs';
import { CredentialError } from '../domain/credential-error.ts';
import { isError } from '../domain/text/messages.ts';
import { readStdin } from './stdin.ts';

/**
 * Reads a file that the user names, or stdin for `-`. Also reads pipes, as in `<(command)`, unless `onlyFiles`.
 *
 * - unreadable, a folder, missing, or not a file → `invalid-input`
 * - larger than `maxBytes` → `too-large`
 */
export async function readInputFile(
  path: string,
  {
    maxBytes,
    onlyFiles = false,
    signal,
  }: { readonly maxBytes: number; readonly onlyFiles?: boolean; readonly signal: AbortSignal },
): Promise<Buffer> {
  let bytes: Buffer;
  try {
    if (onlyFiles && !statSync(path).isFile()) throw new Error('it is not a file');
    bytes =
      path === '-'
        ? await readStdin(process.stdin, signal, maxBytes)
        : // Never reads an endless file whole.
          await readStdin(createReadStream(path, { end: maxBytes }), signal, Number.POSITIVE_INFINITY);
  } catch (error) {
    if (signal.aborted || error instanceof CredentialError) throw error;
    throw new CredentialError('invalid-input', `cannot read ${nameInput(path)}: ${describe(error)}`, {
      hint: 'check its path and its permissions',
    });
  }
  if (bytes.length <= maxBytes) return bytes;
  throw new CredentialError('too-large', `${nameInput(path)} is larger than ${maxBytes} bytes`, {
    hint: 'check its path',
  });
}

function nameInput(path: string): string {
  return path === '-' ? 'stdin' : path;
}

/** Without the code and the system call that Node adds. */
function describe(error: unknown): string {
  return (isError(error) ? error.message : String(error)).replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/, '');
}

/** Decodes a file as UTF-8, without a byte order mark. Anything else → `invalid-input`. */
export function decodeInput(bytes: Uint8Array, path: string): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    if (!isUtf16) return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {}
  throw new CredentialError('invalid-input', `${nameInput(path)} is ${isUtf16 ? 'in UTF-16' : 'not UTF-8 text'}`, {
    hint: 'save it as UTF-8',
  });
}
