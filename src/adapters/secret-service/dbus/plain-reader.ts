import { ProtocolError } from './errors.ts';

/** Reads what a signature that is known says, in its order: whoever calls knows it. */
export class PlainReader {
  readonly #bytes: Buffer;
  #at: number;

  /** `bytes`: from a multiple of 8 bytes in a message, with its least significant byte first. */
  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** Goes on to where something may be that is aligned to so many bytes. */
  align(to: number): void {
    this.#at = (this.#at + to - 1) & -to;
  }

  byte(): number {
    this.#at += 1;
    return this.#bytes.readUInt8(this.#at - 1);
  }

  uint(): number {
    this.align(4);
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  bytes(length = this.uint()): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new ProtocolError('a value ends beyond its message');
    return this.#bytes.subarray(start, this.#at);
  }

  /** A string, or an object path. */
  text(length = this.uint()): string {
    return this.bytes(length + 1).toString('utf8', 0, length);
  }

  /** An array of those. */
  texts(): string[] {
    const end = this.uint() + this.#at;
    const texts: string[] = [];
    while (this.#at < end) texts.push(this.text());
    return texts;
  }

  signature(): string {
    return this.text(this.byte());
  }
}
