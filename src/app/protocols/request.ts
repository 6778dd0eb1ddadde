import { isUtf8 } from 'node:buffer';
import type { Protocol, RawRequest } from '../../domain/protocols/protocol.ts';

/**
 * The text of bytes from stdin or of a secret, in the encoding of the protocol. A byte order mark is part of it. `undefined`: the
 * bytes aren't UTF-8.
 */
export function decodeBytes({ encoding = 'utf-8' }: Pick<Protocol, 'encoding'>, bytes: Uint8Array): string | undefined {
  return encoding === 'latin1' || isUtf8(bytes) ? Buffer.from(bytes).toString(encoding) : undefined;
}

export function encodeText({ encoding = 'utf-8' }: Pick<Protocol, 'encoding'>, text: string): Buffer {
  return Buffer.from(text, encoding);
}

/** Completes what a process knows of a request. */
export function createRequest(known: Omit<RawRequest, 'isRepeated' | 'sha256'>): RawRequest {
  return { ...known, isRepeated: false, sha256 };
}

export function sha256(text: string): string {
  // Not imported: most requests don't need it.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('hex');
}
