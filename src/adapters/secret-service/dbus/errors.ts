/** Bytes that the D-Bus specification's "Marshaling" does not allow, or more of them than are accepted here. */
export class ProtocolError extends Error {}

/** An error reply, and the bus closing in the same terms. `errorName`: `org.freedesktop.DBus.Error.Disconnected`. */
export class BusError extends Error {
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.errorName = errorName;
  }
}
