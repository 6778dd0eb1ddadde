import type { DecipherGCM } from 'node:crypto';
import { closeSync, readSync } from 'node:fs';
import { CredentialError } from '../../domain/credential-error.ts';
import {
  afterCiphertext,
  beforeCiphertext,
  findHeaderKeySource,
  parseEnvelope,
} from '../../domain/envelope/envelope.ts';
import { tagBytes } from '../../domain/envelope/key-slot.ts';
import { damagedError, ioError, type ManagedFile } from '../files/file-errors.ts';
import type { OpenFile } from '../files/read-private-file.ts';
import { decodeBase64 } from './payload.ts';
import type { Decryptable, SealedPayload } from './seal.ts';

/** Characters of base64 that are decoded at a time. They stay in the processor's cache, and no string has megabytes. */
const pieceLength = 64 * 1024;
/** More than the shortest ciphertext. */
const sampleLength = 64;

/**
 * Reads a file in pieces, which takes a fifth of the time for 20 MB. The descriptor stays open until `close`.
 *
 * Returns `undefined`, and leaves the descriptor as it was, if the file has to be read as a whole: it's not a valid envelope,
 * or its passphrase may have to be asked for.
 */
export function readLargeFile(file: ManagedFile, { descriptor, size, keep }: OpenFile): SealedPayload | undefined {
  const readable = { file, descriptor };
  const head = readFully(readable, Buffer.allocUnsafe(pieceLength), 0);
  const start = head.indexOf(beforeCiphertext) + beforeCiphertext.length;
  const end = size - afterCiphertext.length;
  const tail = readFully(readable, Buffer.allocUnsafe(afterCiphertext.length), end);
  const parsed = parseEnvelope(`${head.toString('utf8', 0, start + sampleLength)}${tail.toString('latin1')}`);
  if (parsed.kind !== 'envelope' || findHeaderKeySource(parsed.envelope) !== 'home') return undefined;
  const { ciphertext: _, ...header } = parsed.envelope;
  keep();
  return {
    ...header,
    ciphertext: new FileCiphertext({ ...readable, start, end }),
    close: () => closeSync(descriptor),
  };
}

interface ReadableFile {
  readonly file: ManagedFile;
  readonly descriptor: number;
}

interface Span extends ReadableFile {
  readonly start: number;
  readonly end: number;
}

/** The part of an open file between two offsets: a ciphertext and its tag, in base64. */
class FileCiphertext implements Decryptable {
  readonly #span: Span;

  constructor(span: Span) {
    this.#span = span;
  }

  decrypt(decipher: DecipherGCM): Buffer | undefined {
    const payload = Buffer.allocUnsafeSlow(this.#countBytes() - tagBytes);
    const tag: Uint8Array[] = [];
    let length = 0;
    for (const bytes of this.#decode()) {
      const sealed = bytes.subarray(0, payload.length - length);
      payload.set(decipher.update(sealed), length);
      length += sealed.length;
      if (sealed.length < bytes.length) tag.push(Buffer.from(bytes.subarray(sealed.length)));
    }
    decipher.setAuthTag(Buffer.concat(tag));
    try {
      // Adds no bytes, but throws if the tag doesn't match.
      decipher.final();
      return payload;
    } catch {
      return undefined;
    }
  }

  #countBytes(): number {
    const { start, end } = this.#span;
    const last = readFully(this.#span, Buffer.allocUnsafe(2), end - 2).toString('latin1');
    const padding = last === '==' ? 2 : last.endsWith('=') ? 1 : 0;
    return (end - start) % 4 === 0 ? ((end - start) / 4) * 3 - padding : this.#fail();
  }

  /** Yields all bytes. A piece is valid until the next one is asked for. */
  *#decode(): Generator<Uint8Array, void, void> {
    const { start, end } = this.#span;
    const text = Buffer.allocUnsafe(pieceLength);
    const bytes = Buffer.allocUnsafe((pieceLength / 4) * 3);
    for (let at = start; at < end; at += pieceLength) {
      const piece = readFully(this.#span, text.subarray(0, end - at), at);
      const decoded = decodeBase64(piece.toString('latin1'), bytes) ?? this.#fail();
      // Padding is only valid at the end.
      if (decoded.length < bytes.length && at + pieceLength < end) this.#fail();
      yield decoded;
    }
  }

  #fail(): never {
    throw damagedError(this.#span.file, 'its ciphertext is not base64');
  }
}

/** Fills `target` with the bytes at `position`, whatever the descriptor's own position is. */
function readFully({ file, descriptor }: ReadableFile, target: Buffer, position: number): Buffer {
  try {
    for (let filled = 0; filled < target.length; ) {
      const read = readSync(descriptor, target, filled, target.length - filled, position + filled);
      if (read === 0) throw damagedError(file, 'it is truncated or not JSON');
      filled += read;
    }
    return target;
  } catch (error) {
    throw error instanceof CredentialError ? error : ioError(file, 'read', error);
  }
}
