/** An error reply, or a connection that closed: `errorName` is then `org.freedesktop.DBus.Error.Disconnected`. */
export class BusError extends Error {
  readonly errorName: string;

  constructor(errorName: string, text: string) {
    super(text);
    this.errorName = errorName;
  }
}

/** Bytes that violate the D-Bus specification, that no call expects, or that are more than this client accepts. */
export class ProtocolError extends Error {}
