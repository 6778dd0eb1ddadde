import { read } from 'node:fs';
import { isTerminal } from '../composition/environment.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { Secret } from '../domain/secret.ts';

const descriptor = 0;
const maxPieceBytes = 64 * 1024;

/** stdin, piece by piece to its end. Files and pipes are read without a stream, which takes 4 ms to make. */
export async function* openStdin(): AsyncGenerator<Buffer, void, void> {
  if (isTerminal(descriptor)) return yield* process.stdin;
  for (;;) {
    const piece = await readPiece();
    if (piece === undefined) return yield* process.stdin;
    if (piece.length === 0) return;
    yield piece;
  }
}

/** Empty at the end; `undefined` where a pipe that does not block has nothing yet. */
function readPiece(): Promise<Buffer | undefined> {
  const buffer = Buffer.allocUnsafe(maxPieceBytes);
  return new Promise((resolve, reject) => {
    read(descriptor, buffer, 0, maxPieceBytes, null, (error, size) => {
      if (error === null) resolve(buffer.subarray(0, size));
      else if (error.code === 'EAGAIN') resolve(undefined);
      // As Windows has it where the other end of a pipe is gone.
      else if (error.code === 'EOF') resolve(Buffer.alloc(0));
      else reject(new CredentialError('invalid-input', `stdin cannot be read: ${error.message}`));
    });
  });
}

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
