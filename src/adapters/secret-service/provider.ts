import { accessSync, constants, readFileSync } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';
import { serviceName } from './calls.ts';
import { getNameOwner, listNames } from './dbus/bus-calls.ts';
import type { Connection } from './dbus/connection.ts';

/** The programs that serve the Secret Service. */
export const programs: readonly (readonly [program: string, Provider])[] = [
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['kwalletd5', 'kwallet'],
  ['kwalletd6', 'kwallet'],
  ['ksecretd', 'kwallet'],
  ['keepassxc', 'keepassxc'],
];

/** What Linux keeps of a process's name, in bytes: proc(5), `/proc/PID/comm`. */
const commBytes = 15;

/** The provider that process `pid` is, going by its name. */
export function identifyByProcess(pid: number): Provider | undefined {
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    return programs.find(([program]) => program.slice(0, commBytes) === comm)?.[1];
  } catch {
    // The bus may be another container's, with processes that are not seen from here.
    return undefined;
  }
}

/** What their other names on the bus start with: they own those also where their Secret Service is switched off. */
const ownNames: readonly (readonly [start: string, Provider])[] = [
  ['org.gnome.keyring', 'gnome-keyring'],
  ['org.kde.kwalletd', 'kwallet'],
  ['org.kde.ksecretd', 'kwallet'],
  ['org.keepassxc.', 'keepassxc'],
];

/** The provider, which is process `pid`. */
export async function identifyProvider(bus: Connection, pid: number): Promise<Provider | undefined> {
  return identifyByProcess(pid) ?? (await identifyByNames(bus, await getNameOwner(bus, serviceName)));
}

/** The provider that runs without serving, going by the names on the bus. */
export function findIdleProvider(names: readonly string[]): Provider | undefined {
  return names.map(identifyByName).find((provider) => provider !== undefined && provider !== 'gnome-keyring');
}

/** The providers installed, each once. `path`: the variable. */
export function findInstalledProviders(path: string | undefined): Provider[] {
  const found = programs.filter(([program]) => isInstalled(program, path));
  return [...new Set(found.map(([, provider]) => provider))];
}

/** `path`: the variable. */
export function isInstalled(program: string, path = ''): boolean {
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  return folders.some((folder) => isProgram(`${folder}/${program}`));
}

async function identifyByNames(bus: Connection, owner: string): Promise<Provider | undefined> {
  const names = (await listNames(bus)).filter((name) => identifyByName(name) !== undefined);
  const owners = await Promise.all(names.map((name) => getNameOwner(bus, name).catch(() => undefined)));
  const own = names[owners.indexOf(owner)];
  return own === undefined ? undefined : identifyByName(own);
}

function identifyByName(name: string): Provider | undefined {
  return ownNames.find(([start]) => name.startsWith(start))?.[1];
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
