import { accessSync, constants } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';
import { namesOnBus, ownerOf, serviceName } from './bus-calls.ts';
import { programs, providerOfProcess } from './provider-of-process.ts';
import type { Connection } from './wire/connection.ts';

/** What their other names on the bus start with: they own those also where their Secret Service is switched off. */
const ownNames: readonly (readonly [start: string, Provider])[] = [
  ['org.gnome.keyring', 'gnome-keyring'],
  ['org.kde.kwalletd', 'kwallet'],
  ['org.kde.ksecretd', 'kwallet'],
  ['org.keepassxc.', 'keepassxc'],
];

/** The provider, which is process `pid`. */
export async function providerOf(bus: Connection, pid: number): Promise<Provider | undefined> {
  return providerOfProcess(pid) ?? (await providerOfNames(bus, await ownerOf(bus, serviceName)));
}

/** The provider that runs without serving, going by the names on the bus. */
export function idleProvider(names: readonly string[]): Provider | undefined {
  return names.map(providerOfName).find((provider) => provider !== undefined && provider !== 'gnome-keyring');
}

/** The providers installed, each once. `path`: the variable. */
export function installedProviders(path: string | undefined): Provider[] {
  const found = programs.filter(([program]) => isInstalled(program, path));
  return [...new Set(found.map(([, provider]) => provider))];
}

/** `path`: the variable. */
export function isInstalled(program: string, path = ''): boolean {
  const folders = path.split(':').filter((folder) => folder.startsWith('/'));
  return folders.some((folder) => isProgram(`${folder}/${program}`));
}

async function providerOfNames(bus: Connection, owner: string): Promise<Provider | undefined> {
  const names = (await namesOnBus(bus)).filter((name) => providerOfName(name) !== undefined);
  const owners = await Promise.all(names.map((name) => ownerOf(bus, name).catch(() => undefined)));
  const own = names[owners.indexOf(owner)];
  return own === undefined ? undefined : providerOfName(own);
}

function providerOfName(name: string): Provider | undefined {
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
