const hidden = '[secret]';

/**
 * The protected bytes of a credential. However it is printed, serialised or inspected it reads `[secret]`;
 * only {@link Secret.expose} gives the bytes.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  /** Keeps `bytes` itself, not a copy: the caller hands them over. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves. Neither change them nor let them reach a log, an error or another process. */
  expose(): Uint8Array {
    return this.#bytes;
  }

  equals(other: Secret): boolean {
    const theirs = other.expose();
    return this.#bytes.length === theirs.length && this.#bytes.every((byte, index) => byte === theirs[index]);
  }

  toString(): string {
    return hidden;
  }

  toJSON(): string {
    return hidden;
  }

  /** What Node's `util.inspect`, and so `console.log`, shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}
