import { ProtocolError } from './errors.ts';
import { extent, littleEndian } from './header.ts';
import { Reader } from './reader.ts';
import { typesOf, type Value } from './value.ts';
import { Writer } from './writer.ts';

/** D-Bus specification, "Header Fields": the code and the type of each. */
const fieldCodes = {
  path: [1, 'o'],
  interface: [2, 's'],
  member: [3, 's'],
  errorName: [4, 's'],
  replyTo: [5, 'u'],
  destination: [6, 's'],
  sender: [7, 's'],
  signature: [8, 'g'],
} as const;

const headerTypes = typesOf('yyyyuua(yv)');
const bodyLengthAt = 4;

export type Fields = { readonly [name in keyof typeof fieldCodes]?: name extends 'replyTo' ? number : string };

export interface Message {
  readonly type: number;
  readonly serial: number;
  readonly fields: Fields;
  /** Reads the body, which must be of `signature`. */
  body(signature: string): Value[];
}

/** Writes a message. `flags`: 1 no reply is expected, 2 no service is started to answer it. */
export function encode(type: number, flags: number, serial: number, fields: Fields, values: readonly Value[]): Buffer {
  const entries = Object.entries(fields).map(([name, value]) => {
    const [code, signature] = fieldCodes[name as keyof Fields];
    return [code, [signature, value]];
  });
  const writer = new Writer();
  writer.values(headerTypes, [littleEndian, type, flags, 1, 0, serial, entries]);
  const bodyStart = writer.room(0, 8);
  writer.values(typesOf(fields.signature ?? ''), values);
  writer.uint(writer.bytes.length - bodyStart, bodyLengthAt);
  return writer.bytes;
}

/** Reads one whole message. */
export function decode(bytes: Buffer): Message {
  const isLittleEndian = bytes[0] === littleEndian;
  const { fieldsEnd, bodyStart, end } = extent(bytes);
  const head = new Reader(bytes.subarray(0, fieldsEnd), isLittleEndian).values(headerTypes);
  const given = new Map(head[6] as [number, [string, string]][]);
  const fields: Record<string, string> = {};
  for (const [name, [code, signature]] of Object.entries(fieldCodes)) {
    const [type, value] = given.get(code) ?? [];
    if (type === signature && value !== undefined) fields[name] = value;
  }
  return {
    type: Number(head[1]),
    serial: Number(head[5]),
    fields,
    body(signature) {
      const given = fields.signature ?? '';
      if (signature !== given) throw new ProtocolError(`expected "${signature}", got "${given}"`);
      return new Reader(bytes.subarray(bodyStart, end), isLittleEndian).values(typesOf(signature));
    },
  };
}
