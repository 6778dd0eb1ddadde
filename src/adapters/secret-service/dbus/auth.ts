/** The name and the interface of the bus itself. */
export const busName = 'org.freedesktop.DBus';

/** The object of the bus that its own methods are of. */
export const busObject = { destination: busName, path: '/org/freedesktop/DBus', interface: busName } as const;

/** What a client says first, on one machine with the bus: D-Bus specification, "Authentication Protocol". */
export function authentication(): string {
  return `\0AUTH EXTERNAL ${Buffer.from(`${process.getuid?.()}`).toString('hex')}\r\nBEGIN\r\n`;
}

/** What the bus answers: `OK`, a space, 32 hexadecimal digits, CR, LF. */
export const greetingBytes = 37;
