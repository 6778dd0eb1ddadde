import { isUtf8 } from 'node:buffer';

/** A D-Bus value: `ay` is bytes, a struct or dict entry is a tuple, a variant is `[signature, value]`. */
export type Value = number | bigint | boolean | string | Uint8Array | readonly Value[];

/** Bytes that the D-Bus specification's "Marshaling" does not allow, or more of them than are accepted here. */
export class WireError extends Error {}

/** The types spoken here, and their alignment in bytes. */
const alignments = new Map(Object.entries({ y: 1, g: 1, v: 1, u: 4, b: 4, s: 4, o: 4, a: 4, t: 8, '(': 8, '{': 8 }));

/** What one message may hold, so that few bytes never become much memory. */
const maxDepth = 32;
const maxValues = 250_000;

/** Reads values of `signature`, which must fill `bytes` exactly. Every length is held against what is there. */
export function unmarshal(signature: string, bytes: Uint8Array, littleEndian: boolean): Value[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let end = 0;
  let count = 0;
  const take = (size: number, alignment = size): number => {
    const start = end + (-end & (alignment - 1));
    end = start + size;
    if (end > bytes.length) throw new WireError('a value ends beyond its message');
    return start;
  };
  const uint = () => view.getUint32(take(4), littleEndian);
  const text = (length: number): string => {
    const characters = Buffer.from(bytes.buffer, bytes.byteOffset + take(length + 1, 1), length);
    if (bytes[end - 1] !== 0 || !isUtf8(characters)) throw new WireError('a string is not terminated, or not UTF-8');
    return characters.toString();
  };
  const variant = (type: string, depth: number): Value => {
    if (typesOf(type).length !== 1) throw new WireError('a variant is not one value');
    return [type, read(type, depth)];
  };
  const array = (element: string, depth: number): Value => {
    const length = uint();
    const start = take(length, alignmentOf(element));
    const stop = end;
    if (element === 'y') return new Uint8Array(bytes.subarray(start, stop));
    const values: Value[] = [];
    for (end = start; end < stop; ) values.push(read(element, depth));
    if (end !== stop) throw new WireError('an array is not as long as it says');
    return values;
  };
  const read = (type: string, depth: number): Value => {
    count += 1;
    if (depth > maxDepth || count > maxValues) throw new WireError('a message has too many values, or too deep ones');
    if (type === 'y') return view.getUint8(take(1));
    if (type === 'u') return uint();
    if (type === 'b') return uint() !== 0;
    if (type === 't') return view.getBigUint64(take(8), littleEndian);
    if (type === 's' || type === 'o') return text(uint());
    if (type === 'g') return text(view.getUint8(take(1)));
    if (type.startsWith('a')) return array(type.slice(1), depth + 1);
    if (type === 'v') return variant(text(view.getUint8(take(1))), depth + 1);
    take(0, 8);
    return typesOf(type.slice(1, -1)).map((field) => read(field, depth + 1));
  };
  const values = typesOf(signature).map((type) => read(type, 0));
  if (end !== bytes.length) throw new WireError('a message is longer than its signature');
  return values;
}

/** Writes values of `signature`, least significant byte first. A value that is not of its type is a bug. */
export function marshal(signature: string, values: readonly Value[]): Buffer {
  const parts: Uint8Array[] = [];
  let end = 0;
  const put = (bytes: Uint8Array, alignment = 1): void => {
    const padding = Buffer.alloc(-end & (alignment - 1));
    parts.push(padding, bytes);
    end += padding.length + bytes.length;
  };
  const uint = (value: Value): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(Number(value));
    put(bytes, 4);
    return bytes;
  };
  const long = (value: bigint): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    return bytes;
  };
  const array = (element: string, value: Value): void => {
    const length = uint(0);
    put(Buffer.alloc(0), alignmentOf(element));
    const start = end;
    if (element === 'y') put(value as Uint8Array);
    else for (const item of value as Value[]) write(element, item);
    length.writeUInt32LE(end - start);
  };
  const write = (type: string, value: Value): void => {
    if (type === 'y') put(Buffer.of(Number(value)));
    else if (type === 'u' || type === 'b') uint(value);
    else if (type === 't') put(long(value as bigint), 8);
    else if (type === 'v') all(`g${(value as string[])[0]}`, value as Value[]);
    else if (type.startsWith('a')) array(type.slice(1), value);
    else if (type.startsWith('(') || type.startsWith('{')) {
      put(Buffer.alloc(0), 8);
      all(type.slice(1, -1), value as Value[]);
    } else {
      const text = Buffer.from(`${value}\0`);
      if (type === 'g') put(Buffer.of(text.length - 1));
      else uint(text.length - 1);
      put(text);
    }
  };
  const all = (types: string, items: readonly Value[]): void => {
    for (const [index, type] of typesOf(types).entries()) write(type, items[index] as Value);
  };
  all(signature, values);
  return Buffer.concat(parts);
}

function alignmentOf(type: string): number {
  return alignments.get(type.charAt(0)) ?? 1;
}

/** The complete types that a signature is made of. */
function typesOf(signature: string): string[] {
  const types: string[] = [];
  for (let start = 0, end = 0; end < signature.length; start = end) {
    end = typeEnd(signature, start);
    types.push(signature.slice(start, end));
  }
  return types;
}

function typeEnd(signature: string, start: number): number {
  const type = signature.charAt(start);
  if (type === 'a') return typeEnd(signature, start + 1);
  if (!alignments.has(type)) throw new WireError('a signature has a type that is not known');
  if (type !== '(' && type !== '{') return start + 1;
  let end = start + 1;
  do end = typeEnd(signature, end);
  while (signature[end] !== (type === '(' ? ')' : '}'));
  return end + 1;
}
