import { isUtf8 } from 'node:buffer';
import { readExtent } from '../../src/adapters/secret-service/dbus/header.ts';
import { ProtocolError } from '../../src/adapters/secret-service/dbus/reader.ts';

/** A D-Bus value: `ay` is bytes, a struct or dict entry is a tuple, a variant is `[signature, value]`. */
export type Value = number | bigint | boolean | string | Uint8Array | readonly Value[];

/** A complete type: its code in a signature, and the types that it is made of. */
export interface Type {
  readonly code: string;
  readonly parts: readonly Type[];
}

/** The codes of the types spoken here, and their alignment in bytes. */
const alignments = new Map(Object.entries({ y: 1, g: 1, v: 1, u: 4, b: 4, s: 4, o: 4, a: 4, t: 8, '(': 8, '{': 8 }));

export function alignmentOf({ code }: Type): number {
  return alignments.get(code) ?? 1;
}

/** The complete types of a signature. */
export function typesOf(signature: string): readonly Type[] {
  let end = 0;
  const next = (): Type => {
    const code = signature.charAt(end);
    end += 1;
    if (!alignments.has(code)) throw new ProtocolError('a signature has a type that is not known');
    const parts: Type[] = [];
    if (code === 'a') parts.push(next());
    if (code !== '(' && code !== '{') return { code, parts };
    do parts.push(next());
    while (signature.charAt(end) !== (code === '(' ? ')' : '}'));
    end += 1;
    return { code, parts };
  };
  const types: Type[] = [];
  while (end < signature.length) types.push(next());
  return types;
}

/** What one message may hold, so that few bytes never become much memory. */
const maxDepth = 32;
const maxValues = 250_000;

/** Reads values off marshaled bytes. Every length is checked against the available bytes. */
export class Reader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #littleEndian: boolean;
  #end = 0;
  #count = 0;

  constructor(bytes: Buffer, littleEndian: boolean) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#littleEndian = littleEndian;
  }

  /** Reads values of `types`, which must be all that there is. */
  values(types: readonly Type[]): Value[] {
    const values = types.map((type) => this.#value(type, 0));
    if (this.#end !== this.#bytes.length) throw new ProtocolError('a message is longer than its signature');
    return values;
  }

  #value(type: Type, depth: number): Value {
    this.#count += 1;
    if (depth > maxDepth || this.#count > maxValues)
      throw new ProtocolError('a message has values too many or too deep');
    switch (type.code) {
      case 'y':
        return this.#view.getUint8(this.#take(1));
      case 'u':
        return this.#uint();
      case 'b':
        return this.#uint() !== 0;
      case 't':
        return this.#view.getBigUint64(this.#take(8), this.#littleEndian);
      case 's':
      case 'o':
        return this.#text(this.#uint());
      case 'g':
        return this.#text(this.#view.getUint8(this.#take(1)));
      case 'v':
        return this.#variant(depth + 1);
      case 'a':
        return this.#array(type.parts[0] as Type, depth + 1);
      default:
        this.#take(0, 8);
        return type.parts.map((part) => this.#value(part, depth + 1));
    }
  }

  #array(element: Type, depth: number): Value {
    const length = this.#uint();
    const start = this.#take(length, alignmentOf(element));
    const end = this.#end;
    if (element.code === 'y') return new Uint8Array(this.#bytes.subarray(start, end));
    const values: Value[] = [];
    for (this.#end = start; this.#end < end; ) values.push(this.#value(element, depth));
    if (this.#end !== end) throw new ProtocolError('an array is not as long as it says');
    return values;
  }

  #variant(depth: number): Value {
    const signature = this.#text(this.#view.getUint8(this.#take(1)));
    const [type, ...more] = typesOf(signature);
    if (type === undefined || more.length > 0) throw new ProtocolError('a variant is not one value');
    return [signature, this.#value(type, depth)];
  }

  #text(length: number): string {
    const start = this.#take(length + 1, 1);
    const stop = start + length;
    const text = this.#bytes.toString('utf8', start, stop);
    if (this.#bytes[stop] !== 0) throw new ProtocolError('a string is not terminated');
    // Only where a replacement character came out can the bytes have been no UTF-8.
    if (text.includes('\ufffd') && !isUtf8(this.#bytes.subarray(start, stop)))
      throw new ProtocolError('a string is not UTF-8');
    return text;
  }

  #uint(): number {
    return this.#view.getUint32(this.#take(4), this.#littleEndian);
  }

  #take(size: number, alignment = size): number {
    const start = this.#end + (-this.#end & (alignment - 1));
    this.#end = start + size;
    if (this.#end > this.#bytes.length) throw new ProtocolError('a value ends beyond its message');
    return start;
  }
}

/** Marshals values, least significant byte first. A value that is not of its type is a bug. */
export class Writer {
  #bytes = Buffer.alloc(512);
  #end = 0;

  /** The bytes written so far. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  values(types: readonly Type[], values: readonly Value[]): void {
    for (let index = 0; index < types.length; index += 1) this.#value(types[index] as Type, values[index] as Value);
  }

  uint(value: number, at = this.room(4)): void {
    this.#bytes.writeUInt32LE(value, at);
  }

  /** Makes room for `size` bytes, and gives where it starts. */
  room(size: number, alignment = size): number {
    const start = this.#end + (-this.#end & (alignment - 1));
    this.#end = start + size;
    if (this.#end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * this.#end);
    return start;
  }

  #value(type: Type, value: Value): void {
    switch (type.code) {
      case 'y':
        this.#byte(value as number);
        break;
      case 'u':
      case 'b':
        this.uint(Number(value));
        break;
      case 't':
        this.#long(value as bigint);
        break;
      case 's':
      case 'o':
      case 'g':
        this.#text(type.code === 'g', value as string);
        break;
      case 'v':
        this.#variant(value as [string, Value]);
        break;
      case 'a':
        this.#array(type.parts[0] as Type, value as Value[] | Uint8Array);
        break;
      default:
        this.room(0, 8);
        this.values(type.parts, value as Value[]);
    }
  }

  #array(element: Type, value: readonly Value[] | Uint8Array): void {
    const lengthAt = this.room(4);
    const start = this.room(0, alignmentOf(element));
    if (value instanceof Uint8Array) this.#raw(value);
    else for (const item of value) this.#value(element, item);
    this.uint(this.#end - start, lengthAt);
  }

  #byte(value: number): void {
    const at = this.room(1);
    this.#bytes[at] = value;
  }

  #long(value: bigint): void {
    const at = this.room(8);
    this.#bytes.writeBigUInt64LE(value, at);
  }

  #raw(value: Uint8Array): void {
    const start = this.room(value.length, 1);
    this.#bytes.set(value, start);
  }

  #variant([signature, value]: readonly [string, Value]): void {
    this.#text(true, signature);
    this.values(typesOf(signature), [value]);
  }

  #text(isSignature: boolean, text: string): void {
    const length = Buffer.byteLength(text);
    if (isSignature) this.#byte(length);
    else this.uint(length);
    const start = this.room(length + 1, 1);
    this.#bytes.write(text, start);
  }
}

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
  writer.values(headerTypes, [0x6c, type, flags, 1, 0, serial, entries]);
  const bodyStart = writer.room(0, 8);
  writer.values(typesOf(fields.signature ?? ''), values);
  writer.uint(writer.bytes.length - bodyStart, bodyLengthAt);
  return writer.bytes;
}

/** Reads one whole message. */
export function decode(bytes: Buffer): Message {
  const { isLittleEndian, fieldsEnd, bodyStart, end } = readExtent(bytes);
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
