import { isUtf8 } from 'node:buffer';
import { ProtocolError } from './errors.ts';
import { alignmentOf, type Type, typesOf, type Value } from './value.ts';

/** What one message may hold, so that few bytes never become much memory. */
const maxDepth = 32;
const maxValues = 250_000;

/** Reads values off marshaled bytes. Every length is held against what is there. */
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
