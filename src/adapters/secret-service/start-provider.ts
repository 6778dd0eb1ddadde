import { readdirSync } from 'node:fs';
import type { Evidence, Provider } from '../../domain/selection/probe-result.ts';
import { isInstalled } from '../process/executables.ts';
import { serviceName } from './calls.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import { getNameOwner, listNames, listStartableNames, startService } from './dbus/bus-calls.ts';
import type { Connection } from './dbus/connection.ts';
import { busObject, type Call } from './dbus/header.ts';
import { SecretServiceError } from './operation.ts';
import { providerPrograms } from './session-pool.ts';
import { toSecretServiceError } from './to-error.ts';

// What a session needs if no provider owns the name, or it isn't the usual one.

/** The start of their other names on the bus, which they also own while their Secret Service is switched off. */
const namePrefixes: readonly (readonly [prefix: string, Provider])[] = [
  ['org.gnome.keyring', 'gnome-keyring'],
  ['org.kde.kwalletd', 'kwallet'],
  ['org.kde.ksecretd', 'kwallet'],
  ['org.keepassxc.', 'keepassxc'],
];

/** Starts the provider if the bus can. Otherwise throws what to do about it. */
export async function startProvider(bus: Connection, environment: SessionEnvironment): Promise<void> {
  const [startable, names] = await Promise.all([listStartableNames(bus), listNames(bus)]);
  if (!startable.includes(serviceName) && (await isFiltered(bus))) throw new SecretServiceError('denied', sandboxed);
  const [installed, ...others] = findInstalledProviders(environment.PATH);
  if (startable.includes(serviceName)) {
    await startService(bus, serviceName).catch((cause) => {
      const error = toSecretServiceError(cause, others.length === 0 ? installed : undefined);
      throw error.code === 'failed' ? new SecretServiceError('not-running', error.evidence, cause) : error;
    });
    return;
  }
  const idle = findIdleProvider(names);
  if (idle !== undefined) throw new SecretServiceError('not-running', { provider: idle, switchedOff: true });
  throw installed === undefined
    ? new SecretServiceError('not-installed')
    : new SecretServiceError('not-running', { provider: installed });
}

const sandboxed: Evidence = {
  deniedBy: 'sandbox',
  text: `the D-Bus proxy of the sandbox does not let this program talk to ${serviceName}`,
};

/** Adds to the error of a denied call who has denied it. */
export async function explainDenial(bus: Connection, error: SecretServiceError): Promise<SecretServiceError> {
  if (await isFiltered(bus)) return new SecretServiceError('denied', { ...error.evidence, ...sandboxed }, error.cause);
  if (!/^Rejected |AppArmor|SELinux|not authorized/.test(error.evidence.text ?? '')) return error;
  return new SecretServiceError('denied', { ...error.evidence, deniedBy: 'policy' }, error.cause);
}

/**
 * Returns whether a proxy such as Flatpak's decides which names this client sees. `xdg-dbus-proxy` denies a property of the
 * bus that every other client may read.
 */
async function isFiltered(bus: Connection): Promise<boolean> {
  const features: Call<string> = {
    ...busObject,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    write(body) {
      body.writeString(busObject.interface);
      body.writeString('Features');
    },
    replySignature: 'v',
    read: (reply) => reply.readVariant().type,
  };
  const error: unknown = await bus.call(features).catch((cause) => cause);
  return toSecretServiceError(error).code === 'denied';
}

/** Identifies the provider by its other names on the bus. */
export async function identifyByOtherNames(bus: Connection): Promise<Provider | undefined> {
  const owner = await getNameOwner(bus, serviceName);
  const names = (await listNames(bus)).filter((name) => identifyByName(name) !== undefined);
  const owners = await Promise.all(names.map((name) => getNameOwner(bus, name).catch(() => undefined)));
  const own = names[owners.indexOf(owner)];
  return own === undefined ? undefined : identifyByName(own);
}

/** Finds a provider that runs with its Secret Service switched off. */
function findIdleProvider(names: readonly string[]): Provider | undefined {
  return names.map(identifyByName).find((provider) => provider !== undefined && provider !== 'gnome-keyring');
}

/** Finds the installed providers. `path` is the variable `PATH`. */
export function findInstalledProviders(path: string | undefined): Provider[] {
  const found = providerPrograms.filter(([program]) => isInstalled(program, path));
  return [...new Set(found.map(([, provider]) => provider))];
}

function identifyByName(name: string): Provider | undefined {
  return namePrefixes.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** Returns whether GNOME Keyring or KWallet has stored anything for this user. KeePassXC's databases can be anywhere. */
export function hasKeyringFiles({ HOME, XDG_DATA_HOME }: SessionEnvironment): boolean {
  const data = XDG_DATA_HOME?.startsWith('/') ? XDG_DATA_HOME : `${HOME}/.local/share`;
  const hasFile = (folder: string, suffix: string) => {
    try {
      return readdirSync(`${data}/${folder}`).some((file) => file.endsWith(suffix));
    } catch {
      return false;
    }
  };
  return hasFile('keyrings', '.keyring') || hasFile('kwalletd', '.kwl');
}
