import { CredentialError } from '../../credential-error.ts';
import {
  addIniLine,
  findIniEntries,
  looseIni,
  parseIni,
  removeIniEntries,
  replaceIniEntries,
} from '../../formats/ini.ts';
import {
  findLauncherFolder,
  formatLauncher,
  joinPath,
  type Machine,
  planLauncher,
  type SetupTool,
  setUp,
} from '../setup-tool.ts';

/**
 * `tokenHelper` of a registry in the user's .npmrc (pnpm, "Authentication settings"). It's a path without arguments, so a
 * script asks for the token. npm has no such setting.
 */
export const pnpmTool: SetupTool = {
  id: 'pnpm',
  title: 'pnpm',
  commands: ['pnpm'],
  target: 'a registry, such as npm.pkg.github.com; without it: registry.npmjs.org',
  locate: (machine, target) => [locateConfig(machine), locateScript(machine, toRegistry(target))],
  plan({ machine, files, target, findExecutable }) {
    const registry = toRegistry(target);
    const [path, script] = [locateConfig(machine), locateScript(machine, registry)];
    if (/\s/.test(script)) throw blankError(script);
    const text = files.get(path) ?? '';
    const ini = parseIni(text, looseIni);
    const entries = findIniEntries(ini, undefined, toKey(registry));
    const launcher = formatLauncher(findExecutable('keystow'), ['helper', 'token', `npm:${registry}`, 'token'], {
      // Some versions of pnpm send the output as it is, others add this if it's missing.
      prefix: 'Bearer ',
    });
    const scripts = planLauncher(files, script, launcher);
    const isConfigured = entries.some(({ value }) => value === script);
    if (isConfigured && scripts.length === 0) return setUp;
    const line = `${toKey(registry)}=${script}`;
    const edits = isConfigured
      ? []
      : entries.length > 0
        ? replaceIniEntries(text, entries, line)
        : [addIniLine(text, ini, undefined, line)];
    const others = isConfigured ? [] : entries;
    return {
      state: others.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [...scripts, ...(edits.length > 0 ? [{ kind: 'edit', path, edits } as const] : [])],
      others: others.map(() => `${registry} has another tokenHelper, which becomes a comment`),
      notes: [
        ...ini.entries
          .filter(({ key }) => key.startsWith(`//${registry}/:_`))
          .map(({ key }) => `${key} is still in ${path}, for npm and other tools`),
        'npm warns about tokenHelper, which it does not know, and ignores it',
      ],
    };
  },
  unset(text, { machine, target }) {
    const registry = toRegistry(target);
    const entries = findIniEntries(parseIni(text, looseIni), undefined, toKey(registry));
    return removeIniEntries(
      text,
      entries.filter(({ value }) => value === locateScript(machine, registry)),
    );
  },
};

function locateConfig(machine: Machine): string {
  const { npm_config_userconfig: lower, NPM_CONFIG_USERCONFIG: upper } = machine.environment;
  return upper || lower || joinPath(machine, machine.home, '.npmrc');
}

function locateScript(machine: Machine, registry: string): string {
  const name = `npm-token-${registry.replace(/[^\w.-]/g, '_')}`;
  return joinPath(machine, findLauncherFolder(machine), machine.platform === 'win32' ? `${name}.cmd` : name);
}

/** A host, perhaps with a port and a path, without a slash at its end. */
function toRegistry(target = 'registry.npmjs.org'): string {
  const registry = target.replace(/^(https?:)?\/\//, '').replace(/\/+$/, '');
  const isPlain = registry.split('/').every((segment) => !/^(\.|%2e){0,2}$/i.test(segment));
  if (isPlain && /^[\w.-]+(:\d+)?(\/[\w.@~%/-]+)?$/.test(registry)) return registry;
  throw new CredentialError('invalid-input', 'invalid registry', {
    hint: 'name its host, and its path if it has one: npm.pkg.github.com',
  });
}

function toKey(registry: string): string {
  return `//${registry}/:tokenHelper`;
}

function blankError(script: string): CredentialError {
  return new CredentialError('file-refused', `pnpm cannot run ${script}: its path contains a blank`, {
    hint: 'set KEYSTOW_CONFIG_DIR to a folder without blanks',
  });
}
