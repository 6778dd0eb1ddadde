import { dirname, join, posix, win32 } from 'node:path';
import { createConfigFiles, createSetupRecords } from '../adapters/config-files/config-files.ts';
import { createExecutables } from '../adapters/process/executables.ts';
import type { Context } from '../app/context.ts';
import type { SetupContext } from '../app/setup/setup.ts';
import { parseEditableYaml } from '../domain/formats/yaml.ts';
import { findHomeFolder, findPackageFolder } from './environment.ts';
import { createLazyLock } from './stores.ts';

/** Wires what `keystow setup` and `sweep --move` work with. */
export function createSetupContext(
  { settings, clock }: Pick<Context, 'settings' | 'clock'>,
  environment: Readonly<Record<string, string | undefined>>,
): SetupContext {
  const folder = dirname(settings.placementPath);
  const recordsPath = join(folder, 'setup.json');
  const isWindows = process.platform === 'win32';
  return {
    machine: {
      platform: process.platform,
      home: findHomeFolder(environment),
      environment,
      folder,
      separators: isWindows ? { path: win32.sep, list: win32.delimiter } : { path: posix.sep, list: posix.delimiter },
    },
    files: createConfigFiles(),
    records: createSetupRecords(recordsPath),
    executables: createExecutables({
      path: environment.PATH ?? environment.Path,
      started: process.argv[1],
      package: findPackageFolder(),
    }),
    async loadYamlParser() {
      const { parseYaml } = await import('../adapters/yaml/parse-yaml.ts');
      return (text) => parseEditableYaml(text, parseYaml);
    },
    lock: createLazyLock({ path: recordsPath, label: 'record of keystow setup' }),
    clock,
  };
}
