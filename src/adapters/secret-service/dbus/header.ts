import { ProtocolError } from './errors.ts';

/** Largest message that is accepted, in bytes: room for a secret of 8 MiB. The specification allows 128 MiB. */
export const maxMessageBytes = 8 * 1024 * 1024 + 65_536;
const maxFieldsBytes = 65_536;

/** The bytes of a message that tell how long it is. */
export const headBytes = 16;

/** What a message begins with that has the least significant byte of a number first; 0x42 has the most significant. */
export const littleEndian = 0x6c;

/** D-Bus specification, "Message Types". */
export const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;

/** Where fields end, the body starts and all ends in the message that starts with `head`, of {@link headBytes} or more. */
export function extent(head: Buffer): { readonly fieldsEnd: number; readonly bodyStart: number; readonly end: number } {
  const view = new DataView(head.buffer, head.byteOffset, headBytes);
  const isLittleEndian = head[0] === littleEndian;
  if ((!isLittleEndian && head[0] !== 0x42) || head[3] !== 1) throw new ProtocolError('this is not a D-Bus message');
  const fieldsEnd = headBytes + view.getUint32(12, isLittleEndian);
  const bodyStart = Math.ceil(fieldsEnd / 8) * 8;
  const end = bodyStart + view.getUint32(4, isLittleEndian);
  if (fieldsEnd > maxFieldsBytes || end > maxMessageBytes)
    throw new ProtocolError(`a message of ${end} bytes is larger than is accepted`);
  return { fieldsEnd, bodyStart, end };
}
