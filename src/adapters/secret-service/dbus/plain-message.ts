import { ProtocolError } from './errors.ts';
import { headBytes, littleEndian } from './header.ts';
import { PlainReader } from './plain-reader.ts';

/** A method call; `gives` is the signature that its reply must have. */
export interface PlainCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature: string;
  /** The arguments as they are marshaled: a character for each byte. */
  readonly body: string;
  readonly gives: string;
}

/**
 * The message of a call that starts no service to answer it, a character for each byte. D-Bus specification, "Message
 * Format": the numbers are the codes of header fields, each of which begins at a multiple of 8 bytes.
 */
export function marshaled(
  { destination, path, interface: of, member, signature, body }: PlainCall,
  serial: number,
): string {
  const fields =
    padded(`\x01\x01o\0${text(path)}`) +
    padded(`\x02\x01s\0${text(of)}`) +
    padded(`\x03\x01s\0${text(member)}`) +
    padded(`\x06\x01s\0${text(destination)}`) +
    `\x08\x01g\0${String.fromCharCode(signature.length)}${signature}\0`;
  return padded(`l\x01\x02\x01${uint(body.length)}${uint(serial)}${uint(fields.length)}${fields}`) + body;
}

/** A dictionary of texts, `a{ss}`, at the beginning of a body. Its length does not count what aligns the first entry. */
export function dictionary(entries: Readonly<Record<string, string>>): string {
  let bytes = '';
  for (const key in entries) bytes = padded(bytes) + padded(text(key), 4) + text(entries[key] as string);
  return `${uint(bytes.length)}${'\0'.repeat(4)}${bytes}`;
}

/** A string, or an object path: UTF-8 behind its length, with a NUL at its end. */
export function text(value: string): string {
  const bytes = Buffer.from(value).toString('latin1');
  return `${uint(bytes.length)}${bytes}\0`;
}

function uint(value: number): string {
  return String.fromCharCode(value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24);
}

/** Up to where something may follow that is aligned to so many bytes. */
function padded(bytes: string, alignment = 8): string {
  return bytes + '\0'.repeat(-bytes.length & (alignment - 1));
}

/** What a message says of the call that it answers: its serial, 0 for none; and the signature of its own body. */
export function answered(bytes: Buffer, fieldsEnd: number): { readonly serial: number; readonly signature: string } {
  if (bytes[0] !== littleEndian) throw new ProtocolError('a message has its most significant byte first');
  let [serial, signature] = [0, ''];
  for (const fields = new PlainReader(bytes.subarray(0, fieldsEnd), headBytes); fields.left; ) {
    fields.align(8);
    const code = fields.byte();
    const type = fields.signature();
    const value = type === 'u' ? fields.uint() : type === 'g' ? fields.signature() : fields.text();
    if (code === 5) serial = value as number;
    if (code === 8) signature = value as string;
  }
  return { serial, signature };
}
