/** What the session bus and the programs that may serve it are found by: the variables of these names. */
export interface SessionEnvironment {
  readonly DBUS_SESSION_BUS_ADDRESS?: string | undefined;
  readonly XDG_RUNTIME_DIR?: string | undefined;
  readonly PATH?: string | undefined;
}

/**
 * The sockets where the session bus may listen, in the order to try; a leading NUL marks an abstract one.
 * D-Bus specification, "Server Addresses"; without an address, the runtime directory's, as systemd sets it up.
 */
export function parseBusAddress(environment: SessionEnvironment): string[] {
  const runtimeDir = environment.XDG_RUNTIME_DIR;
  const usual = runtimeDir ? [`${runtimeDir}/bus`] : [];
  const address = environment.DBUS_SESSION_BUS_ADDRESS;
  return address ? address.split(';').flatMap((entry) => parseSocket(entry) ?? usual) : usual;
}

/** The socket of one address: `undefined` for the usual one, none where it is not a Unix socket to connect to. */
function parseSocket(entry: string): string[] | undefined {
  if (!entry.startsWith('unix:')) return [];
  for (const pair of entry.slice('unix:'.length).split(',')) {
    const equals = pair.indexOf('=');
    const [key, value] = [pair.slice(0, equals), decodePercent(pair.slice(equals + 1))];
    if (equals < 0 || value === '') continue;
    if (key === 'runtime' && value === 'yes') return undefined;
    if (key === 'path') return [value];
    if (key === 'abstract') return [`\0${value}`];
  }
  return [];
}

/** What is escaped is bytes, of UTF-8. */
function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  const bytes = Buffer.from(text)
    .toString('latin1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
