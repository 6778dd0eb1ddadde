import { ProtocolError, Reader } from './reader.ts';
import type { Writer } from './writer.ts';

/** D-Bus specification, "Message Types". */
export const messageTypes = { call: 1, reply: 2, error: 3, signal: 4 } as const;

/** D-Bus specification, "Message Format": no reply is expected; no service is started to answer the call. */
export const flags = { noReply: 1, noAutoStart: 2 } as const;

/** The object of the bus itself. D-Bus specification, "Message Bus Messages". */
export const busObject = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

/** The first bytes of a message, which say how long it is. */
export const fixedHeaderBytes = 16;

/** The largest message that is accepted, in bytes: room for a secret of 8 MiB. The specification allows 128 MiB. */
export const maxMessageBytes = 8 * 1024 * 1024 + 65_536;
const maxHeaderBytes = 65_536;

/** The first byte of a message gives its byte order: `l` or `B`. */
const [littleEndian, bigEndian] = [0x6c, 0x42];

/** Where the parts of a message end. */
export interface Extent {
  readonly isLittleEndian: boolean;
  readonly fieldsEnd: number;
  readonly bodyStart: number;
  readonly end: number;
}

/** Reads how long a message is from its first {@link fixedHeaderBytes}. */
export function readExtent(bytes: Buffer): Extent {
  const isLittleEndian = bytes[0] === littleEndian;
  if ((!isLittleEndian && bytes[0] !== bigEndian) || bytes[3] !== 1)
    throw new ProtocolError('this is not a D-Bus message');
  const readUint32 = (at: number) => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const fieldsEnd = fixedHeaderBytes + readUint32(12);
  const bodyStart = Math.ceil(fieldsEnd / 8) * 8;
  const end = bodyStart + readUint32(4);
  if (fieldsEnd > maxHeaderBytes || end > maxMessageBytes)
    throw new ProtocolError(`a message of ${end} bytes is larger than is accepted`);
  return { isLittleEndian, fieldsEnd, bodyStart, end };
}

/** The header of a message that was received. A field that it lacks is empty. */
export interface Header {
  readonly type: number;
  readonly path: string;
  readonly member: string;
  readonly errorName: string;
  /** The serial of the call that the message answers, or 0. */
  readonly replyTo: number;
  /** The unique name of the sender. */
  readonly sender: string;
  /** The signature of the body. */
  readonly signature: string;
}

/** D-Bus specification, "Header Fields": those of interest, by code and type. */
const fieldNames: Readonly<Record<string, keyof Header>> = {
  '1o': 'path',
  '3s': 'member',
  '4s': 'errorName',
  '5u': 'replyTo',
  '7s': 'sender',
  '8g': 'signature',
};

/** Reads the header of a whole message. */
export function readHeader(bytes: Buffer, { isLittleEndian, fieldsEnd }: Extent): Header {
  const fields = { path: '', member: '', errorName: '', replyTo: 0, sender: '', signature: '' };
  const reader = new Reader(bytes.subarray(0, fieldsEnd), isLittleEndian, fixedHeaderBytes);
  while (!reader.isAtEnd) {
    reader.align(8);
    const code = reader.readByte();
    const { type, value } = reader.readVariant();
    const name = fieldNames[`${code}${type}`];
    if (name !== undefined) Object.assign(fields, { [name]: value });
  }
  return { ...fields, type: bytes[1] as number };
}

/** Which method is called, and of which object. */
export interface MethodName {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
}

/** A method and its arguments. */
export interface MethodCall extends MethodName {
  /** The signature of the arguments; empty if absent. */
  readonly signature?: string;
  /** Writes the arguments. */
  write?(body: Writer): void;
}

/** A method call, and how its reply is read. */
export interface Call<T> extends MethodCall {
  /** The signature that the reply must have. */
  readonly replySignature: string;
  /** Reads all of the reply. `sender`: the unique name of the program that replied. */
  read(reply: Reader, sender: string): T;
}

/** Writes a method call. */
export function writeCall(writer: Writer, call: MethodCall, serial: number, flags: number): void {
  const { signature = '' } = call;
  writer.startMessage();
  for (const byte of [littleEndian, messageTypes.call, flags, 1]) writer.writeByte(byte);
  const bodyLengthAt = writer.writeUint32(0);
  writer.writeUint32(serial);
  writer.writeArray(8, () => {
    writeField(writer, 1, 'o', call.path);
    writeField(writer, 2, 's', call.interface);
    writeField(writer, 3, 's', call.member);
    writeField(writer, 6, 's', call.destination);
    writer.align(8);
    writer.writeByte(8);
    writer.writeSignature('g');
    writer.writeSignature(signature);
  });
  writer.align(8);
  const bodyStart = writer.length;
  call.write?.(writer);
  writer.setUint32(bodyLengthAt, writer.length - bodyStart);
}

function writeField(writer: Writer, code: number, type: string, text: string): void {
  writer.align(8);
  writer.writeByte(code);
  writer.writeSignature(type);
  writer.writeString(text);
}
