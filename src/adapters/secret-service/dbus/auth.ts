import { BusError, ProtocolError } from './errors.ts';

/** The bytes of the bus's response: `OK`, a space, 32 hexadecimal digits, CR and LF. */
export const authResponseBytes = 37;

/** Authenticates as this process's user. D-Bus specification, "Authentication Protocol": EXTERNAL, without a round trip. */
export function formatAuth(): string {
  return `\0AUTH EXTERNAL ${Buffer.from(`${process.getuid?.()}`).toString('hex')}\r\nBEGIN\r\n`;
}

/** Checks the part of the bus's response that has arrived. Throws as soon as it can't become `OK`. */
export function checkAuthResponse(received: string): void {
  if ('OK '.startsWith(received.slice(0, 3))) return;
  if ('REJECTED'.startsWith(received.slice(0, 8)))
    throw new BusError('org.freedesktop.DBus.Error.AuthFailed', 'the bus rejects this user');
  throw new ProtocolError('what listens at the address of the session bus does not speak D-Bus');
}
