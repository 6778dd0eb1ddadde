const initialBytes = 1024;

/** Writes messages one after another, least significant byte first. D-Bus specification, "Marshaling (Wire Format)". */
export class Writer {
  #bytes = Buffer.alloc(initialBytes);
  #length = 0;
  #messageStart = 0;

  /** How many bytes have been written since {@link take}. */
  get length(): number {
    return this.#length;
  }

  /** Starts a message: values are aligned in relation to its start. */
  startMessage(): void {
    this.#messageStart = this.#length;
  }

  /** Returns everything that was written, and starts anew. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.alloc(initialBytes);
    this.#length = 0;
    return taken;
  }

  align(alignment: number): void {
    this.#reserve((this.#messageStart - this.#length) & (alignment - 1));
  }

  writeByte(value: number): void {
    const start = this.#reserve(1);
    this.#bytes[start] = value;
  }

  /** Returns where the number is, for {@link setUint32}. */
  writeUint32(value: number): number {
    this.align(4);
    const start = this.#reserve(4);
    this.#bytes.writeUInt32LE(value, start);
    return start;
  }

  /** Replaces a number that was written before. */
  setUint32(start: number, value: number): void {
    this.#bytes.writeUInt32LE(value, start);
  }

  writeBoolean(value: boolean): void {
    this.writeUint32(Number(value));
  }

  /** Writes a string or an object path. */
  writeString(text: string): void {
    const length = Buffer.byteLength(text);
    this.writeUint32(length);
    const start = this.#reserve(length + 1);
    this.#bytes.write(text, start);
  }

  /** Signatures are ASCII. */
  writeSignature(signature: string): void {
    this.writeByte(signature.length);
    const start = this.#reserve(signature.length + 1);
    this.#bytes.write(signature, start);
  }

  /** Writes an `ay`. */
  writeBytes(bytes: Uint8Array): void {
    this.writeUint32(bytes.length);
    const start = this.#reserve(bytes.length);
    this.#bytes.set(bytes, start);
  }

  /** Writes an `as` or an `ao`. */
  writeStrings(texts: readonly string[]): void {
    this.writeArray(4, () => {
      for (const text of texts) this.writeString(text);
    });
  }

  /** Writes an `a{ss}`. */
  writeDictionary(entries: Readonly<Record<string, string>>): void {
    this.writeArray(8, () => {
      for (const [key, value] of Object.entries(entries)) {
        this.align(8);
        this.writeString(key);
        this.writeString(value);
      }
    });
  }

  /** `alignment`: that of the elements. The length of an array doesn't count the padding before the first one. */
  writeArray(alignment: number, writeElements: () => void): void {
    const lengthAt = this.writeUint32(0);
    this.align(alignment);
    const start = this.#length;
    writeElements();
    this.setUint32(lengthAt, this.#length - start);
  }

  /** Writes ASCII that isn't part of a message. */
  writeRaw(text: string): void {
    const start = this.#reserve(text.length);
    this.#bytes.write(text, start);
  }

  /** Makes room for so many bytes, which are 0, and returns where they start. */
  #reserve(count: number): number {
    const start = this.#length;
    this.#length = start + count;
    // Stryker disable next-line ConditionalExpression,EqualityOperator: it only saves memory
    if (this.#length > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * this.#length);
    return start;
  }
}
