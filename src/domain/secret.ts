const hidden = '[secret]';

/** Not a private field, with which the types of the two builds would be incompatible. */
const contents = new WeakMap<Secret, Uint8Array>();

/**
 * The bytes of a credential. Printed, serialised or inspected, it is `[secret]`. Only {@link Secret.expose} returns the
 * bytes.
 */
export class Secret {
  /** Takes over `bytes` without copying them. */
  constructor(bytes: Uint8Array) {
    contents.set(this, bytes);
  }

  /** Returns the bytes, not a copy. Don't change them, and keep them out of logs, errors and other processes. */
  expose(): Uint8Array {
    return contents.get(this) as Uint8Array;
  }

  equals(other: Secret): boolean {
    const theirs = other.expose();
    const own = this.expose();
    return own.length === theirs.length && own.every((byte, index) => byte === theirs[index]);
  }

  /** Marks a secret of any copy of keystow, for {@link exposeSecret}: a program may load two. */
  get [Symbol.for('org.keystow.Secret')](): true {
    return true;
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

/**
 * Returns the bytes of a {@link Secret} of this or another copy of keystow, or of another realm. `undefined` for any other
 * value, and for a secret that was created from anything but bytes.
 */
export function exposeSecret(value: unknown): Uint8Array | undefined {
  if (typeof value !== 'object' || value === null || Reflect.get(value, Symbol.for('org.keystow.Secret')) !== true)
    return undefined;
  const { expose } = value as { readonly expose?: unknown };
  const bytes = typeof expose === 'function' ? expose.call(value) : undefined;
  return isBytes(bytes) ? bytes : undefined;
}

/** Returns whether a value is a `Uint8Array`, of any realm: only a real one has this hidden tag. */
export function isBytes(value: unknown): value is Uint8Array {
  const typedArray = Object.getPrototypeOf(Uint8Array.prototype);
  return Object.getOwnPropertyDescriptor(typedArray, Symbol.toStringTag)?.get?.call(value) === 'Uint8Array';
}
