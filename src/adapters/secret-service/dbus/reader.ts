/** How many elements the arrays of one message may have together, so that a few bytes never become much memory. */
const maxElements = 250_000;

/**
 * Reads values from a message, in the order of a signature that the caller knows. Every length is checked against the
 * message. D-Bus specification, "Marshaling (Wire Format)".
 */
export class Reader {
  readonly #bytes: Buffer;
  readonly #isLittleEndian: boolean;
  #position: number;
  #elements = 0;

  /** `bytes` start at a multiple of 8 bytes of their message. */
  constructor(bytes: Buffer, isLittleEndian: boolean, position = 0) {
    this.#bytes = bytes;
    this.#isLittleEndian = isLittleEndian;
    this.#position = position;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** Throws unless everything has been read. */
  finish(): void {
    if (!this.isAtEnd) throw new ProtocolError('a message is longer than its signature');
  }

  align(alignment: number): void {
    this.#position = (this.#position + alignment - 1) & -alignment;
  }

  readByte(): number {
    const start = this.#advance(1);
    return this.#bytes[start] as number;
  }

  readUint32(): number {
    this.align(4);
    const start = this.#advance(4);
    return this.#isLittleEndian ? this.#bytes.readUInt32LE(start) : this.#bytes.readUInt32BE(start);
  }

  readUint64(): bigint {
    this.align(8);
    const start = this.#advance(8);
    return this.#isLittleEndian ? this.#bytes.readBigUInt64LE(start) : this.#bytes.readBigUInt64BE(start);
  }

  readBoolean(): boolean {
    return this.readUint32() !== 0;
  }

  /** Reads a string or an object path. */
  readString(): string {
    return this.#readText(this.readUint32());
  }

  readSignature(): string {
    return this.#readText(this.readByte());
  }

  /** Reads an `ay`. Returns a copy. */
  readBytes(): Uint8Array {
    const length = this.readUint32();
    const start = this.#advance(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  /** Reads an `as` or an `ao`. */
  readStrings(): string[] {
    return this.#readArray(4, () => this.readString());
  }

  /** Reads an `a{ss}`. */
  readDictionary(): Record<string, string> {
    const entries = this.#readArray(8, () => {
      this.align(8);
      return [this.readString(), this.readString()] as const;
    });
    return Object.fromEntries(entries);
  }

  /** Reads a variant of a basic type. Skips an array, whose `value` is then undefined. */
  readVariant(): { readonly type: string; readonly value: string | number | bigint | undefined } {
    const type = this.readSignature();
    return { type, value: this.#readVariantValue(type) };
  }

  #readVariantValue(type: string): string | number | bigint | undefined {
    switch (type.charAt(0)) {
      case 's':
      case 'o':
        return this.readString();
      case 'u':
      case 'b':
        return this.readUint32();
      case 'g':
        return this.readSignature();
      case 'y':
        return this.readByte();
      case 't':
        return this.readUint64();
      case 'a':
        return this.#skipArray(type);
      default:
        throw new ProtocolError(`a variant has the unexpected type "${type}"`);
    }
  }

  #skipArray(type: string): undefined {
    const length = this.readUint32();
    if (/^a[({t]/.test(type)) this.align(8);
    this.#advance(length);
  }

  #readArray<T>(alignment: number, readElement: () => T): T[] {
    const length = this.readUint32();
    this.align(alignment);
    const end = this.#position + length;
    const elements: T[] = [];
    while (this.#position < end) {
      this.#elements += 1;
      if (this.#elements > maxElements) throw new ProtocolError('a message has too many values');
      elements.push(readElement());
    }
    if (this.#position !== end) throw new ProtocolError('an array is not as long as it says');
    return elements;
  }

  #readText(length: number): string {
    const start = this.#advance(length + 1);
    const end = start + length;
    if (this.#bytes[end] !== 0) throw new ProtocolError('a string is not terminated');
    const text = this.#bytes.toString('utf8', start, end);
    // Only bytes that aren't UTF-8 decode to a replacement character, unless one was sent.
    // Stryker disable next-line StringLiteral: it only saves work
    if (text.includes('\ufffd') && !Buffer.from(text).equals(this.#bytes.subarray(start, end)))
      throw new ProtocolError('a string is not UTF-8');
    return text;
  }

  /** Moves on by so many bytes, and returns where they start. */
  #advance(length: number): number {
    const start = this.#position;
    this.#position = start + length;
    if (this.#position > this.#bytes.length) throw new ProtocolError('a value ends beyond its message');
    return start;
  }
}

/** Bytes that violate the D-Bus specification, that no call expects, or that are more than this client accepts. */
export class ProtocolError extends Error {}

/** An error reply, or a connection that closed: `errorName` is then `org.freedesktop.DBus.Error.Disconnected`. */
export class BusError extends Error {
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.errorName = errorName;
  }
}
