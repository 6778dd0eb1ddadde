const hidden = '[secret]';

/**
 * The bytes of a credential. Printed, serialised or inspected, it is `[secret]`. Only {@link Secret.expose} returns the
 * bytes.
 */
export class Secret {
  readonly #bytes: Uint8Array;

  /** Takes over `bytes` without copying them. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Returns the bytes, not a copy. Don't change them, and keep them out of logs, errors and other processes. */
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

  /** For Node's `util.inspect`, and so for `console.log`. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return hidden;
  }
}
