import { accessSync, constants, readFileSync } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';
import { serviceName } from './calls.ts';
import { getNameOwner, listNames } from './dbus/bus-calls.ts';
import type { Connection } from './dbus/connection.ts';

const programs: readonly (readonly [program: string, Provider])[] = [
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['kwalletd5', 'kwallet'],
  ['kwalletd6', 'kwallet'],
  ['ksecretd', 'kwallet'],
  ['keepassxc', 'keepassxc'],
];

/** The start of their other names on the bus, which they also own while their Secret Service is switched off. */
const namePrefixes: readonly (readonly [prefix: string, Provider])[] = [
  ['org.gnome.keyring', 'gnome-keyring'],
  ['org.kde.kwalletd', 'kwallet'],
  ['org.kde.ksecretd', 'kwallet'],
  ['org.keepassxc.', 'keepassxc'],
];

/** Linux cuts the name of a process to this length: proc(5), `/proc/PID/comm`. */
const maxCommBytes = 15;

/** Identifies the provider by its process, which may be in another container, invisible to this one. */
export function identifyByProcess(pid: number): Provider | undefined {
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    return programs.find(([program]) => program.slice(0, maxCommBytes) === comm)?.[1];
  } catch {
    return undefined;
  }
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
export function findIdleProvider(names: readonly string[]): Provider | undefined {
  return names.map(identifyByName).find((provider) => provider !== undefined && provider !== 'gnome-keyring');
}

/** Finds the installed providers. `path` is the variable `PATH`. */
export function findInstalledProviders(path: string | undefined): Provider[] {
  const found = programs.filter(([program]) => isInstalled(program, path));
  return [...new Set(found.map(([, provider]) => provider))];
}

/** Returns whether a program is in one of the folders of `path`, the variable `PATH`. */
export function isInstalled(program: string, path = ''): boolean {
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  return folders.some((folder) => isExecutable(`${folder}/${program}`));
}

function identifyByName(name: string): Provider | undefined {
  return namePrefixes.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
