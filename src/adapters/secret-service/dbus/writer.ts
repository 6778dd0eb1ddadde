import { alignmentOf, type Type, typesOf, type Value } from './value.ts';

/** Marshals values, least significant byte first. A value that is not of its type is a bug. */
export class Writer {
  #bytes = Buffer.alloc(512);
  #end = 0;

  /** What has been written, up to now. */
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
