import { removeLines } from '../../formats/edits.ts';
import {
  addIniLine,
  findIniEntries,
  parseIni,
  pythonIni,
  removeIniEntries,
  replaceIniEntries,
} from '../../formats/ini.ts';
import { addTomlEntry, findTomlEntry, parseToml, replaceTomlEntry } from '../../formats/toml.ts';
import {
  chooseFile,
  findConfigHome,
  findLauncherFolder,
  formatLauncher,
  joinPath,
  type Machine,
  planLauncher,
  type SetupInput,
  type SetupTool,
  setUp,
} from '../setup-tool.ts';

const [key, provider] = ['keyring-provider', 'subprocess'];

/** `keyring-provider` (pip, "Authentication"), and an executable called `keyring`, which pip looks up on PATH. */
export const pipTool: SetupTool = {
  id: 'pip',
  title: 'pip',
  commands: ['pip', 'pip3'],
  locate(machine) {
    const { PIP_CONFIG_FILE: chosen, APPDATA } = machine.environment;
    const keyring = locateKeyring(machine);
    if (chosen) return [chosen, keyring];
    if (machine.platform === 'win32' && APPDATA) return [joinPath(machine, APPDATA, 'pip', 'pip.ini'), keyring];
    // The old place counts less than the new one.
    return [
      joinPath(machine, findConfigHome(machine), 'pip', 'pip.conf'),
      joinPath(machine, machine.home, '.pip', 'pip.conf'),
      keyring,
    ];
  },
  plan(input) {
    const path = choosePipFile(input);
    const text = input.files.get(path) ?? '';
    const ini = parseIni(text, pythonIni);
    const entries = findPipEntries(text);
    const isConfigured = entries.some(({ value }) => value === provider);
    const line = `${key} = ${provider}`;
    const edits = isConfigured
      ? []
      : entries.length > 0
        ? replaceIniEntries(text, entries, line)
        : [addIniLine(text, ini, 'global', line)];
    return planWithKeyring(
      input,
      path,
      edits,
      entries.map(({ value }) => value),
      'pip',
    );
  },
  unset: (text) =>
    removeIniEntries(
      text,
      findPipEntries(text).filter(({ value }) => value === provider),
    ),
};

/** pip takes `_` for `-`. */
function findPipEntries(text: string) {
  const ini = parseIni(text, pythonIni);
  return ['keyring-provider', 'keyring_provider'].flatMap((name) => findIniEntries(ini, 'global', name));
}

function choosePipFile({ machine, files }: SetupInput): string {
  const paths = pipTool.locate(machine, undefined).slice(0, -1);
  return paths.find((path) => files.get(path) !== undefined) ?? paths[0] ?? '';
}

/** `keyring-provider` (uv, "Settings"). */
export const uvTool: SetupTool = {
  id: 'uv',
  title: 'uv',
  commands: ['uv'],
  locate(machine) {
    const { UV_CONFIG_FILE: chosen } = machine.environment;
    return [chosen || joinPath(machine, findConfigHome(machine), 'uv', 'uv.toml'), locateKeyring(machine)];
  },
  plan(input) {
    const path = chooseFile(new Map(), uvTool.locate(input.machine, undefined).slice(0, 1));
    const text = input.files.get(path) ?? '';
    const toml = parseToml(text);
    const entry = findTomlEntry(toml, key);
    const line = `${key} = "${provider}"`;
    const isConfigured = entry?.value.text === provider;
    const edits = isConfigured
      ? []
      : entry
        ? replaceTomlEntry(text, entry, line)
        : [addTomlEntry(text, toml, [], line)];
    return planWithKeyring(input, path, edits, entry ? [entry.value.text ?? ''] : [], 'uv');
  },
  unset(text) {
    const entry = findTomlEntry(parseToml(text), key);
    return entry?.value.text === provider ? [removeLines(text, entry.start, entry.value.end)] : [];
  },
};

function locateKeyring(machine: Machine): string {
  return joinPath(machine, findLauncherFolder(machine), machine.platform === 'win32' ? 'keyring.cmd' : 'keyring');
}

function planWithKeyring(
  { machine, files, findExecutable, findOnPath }: SetupInput,
  path: string,
  edits: ReturnType<typeof replaceIniEntries>,
  current: readonly string[],
  id: string,
) {
  const keyring = locateKeyring(machine);
  const scripts = planLauncher(files, keyring, formatLauncher(findExecutable('keystow'), ['helper', 'keyring']));
  const onPath = findOnPath('keyring');
  const isFirst = onPath === keyring;
  const variables = isFirst ? [] : [{ name: 'PATH', value: findLauncherFolder(machine), isPrefix: true as const }];
  const notes = [
    ...(isFirst || onPath === undefined
      ? []
      : [`${id} would run ${onPath}, which is on PATH before keystow's keyring`]),
    ...(isFirst ? [] : [`${id} finds keystow only if its folder is on PATH`]),
    `${id} asks for a user name that is in the URL of the index: https://USER@HOST/…`,
  ];
  if (edits.length === 0 && scripts.length === 0) return { ...setUp, variables };
  const others = current.filter((value) => value !== provider);
  return {
    state: others.length > 0 ? ('other-helper' as const) : ('not-set-up' as const),
    changes: [...scripts, ...(edits.length > 0 ? [{ kind: 'edit' as const, path, edits }] : [])],
    others: others.map((value) => `${id} has keyring-provider ${value}, which becomes a comment`),
    notes,
    variables,
  };
}
