import { CredentialError } from '../../credential-error.ts';
import { type Edit, removeLines } from '../../formats/edits.ts';
import {
  addTomlEntry,
  addTomlItem,
  findTomlEntry,
  formatTomlText,
  parseToml,
  removeTomlItem,
  replaceTomlEntry,
  type Toml,
  type TomlEntry,
} from '../../formats/toml.ts';
import type { TomlValue } from '../../formats/toml-reader.ts';
import { chooseFile, joinPath, type SetupInput, type SetupTool, setUp, toCommandWord } from '../setup-tool.ts';

const executable = 'cargo-credential-keystow';

/** cargo's own provider, a file in plain text: its default, which stays for the tokens that are in it. */
const fileProvider = 'cargo:token';

/** `registry.global-credential-providers`, or a registry's own (The Cargo Book, "Registry Authentication"). */
export const cargoTool: SetupTool = {
  id: 'cargo',
  title: 'cargo',
  commands: ['cargo'],
  target: 'the name of a registry; without it: all registries',
  locate(machine) {
    const folder = machine.environment.CARGO_HOME || joinPath(machine, machine.home, '.cargo');
    // The old name is the one that cargo reads if both exist.
    return ['config', 'config.toml'].map((name) => joinPath(machine, folder, name));
  },
  plan(input) {
    const { machine, files, target } = input;
    const path = chooseFile(files, cargoTool.locate(machine, target));
    const text = files.get(path) ?? '';
    const toml = parseToml(text);
    const entry = findEntry(toml, target);
    if (findOurs(entry) !== undefined) return setUp;
    const provider = toProvider(input);
    const others = listTexts(entry?.value).filter((name) => name !== fileProvider);
    return {
      state: others.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits: changeProviders(text, toml, entry, target, provider) }],
      others: others.map((name) => describeOther(name, target)),
      notes: [],
    };
  },
  unset(text, { target }) {
    const entry = findEntry(parseToml(text), target);
    const index = findOurs(entry);
    if (entry === undefined || index === undefined) return [];
    const { items = [] } = entry.value;
    const isWhole = target !== undefined || items.every((item, at) => at === index || item.text === fileProvider);
    return [isWhole ? removeLines(text, entry.start, entry.value.end) : removeTomlItem(text, entry.value, index)];
  },
};

function findEntry(toml: Toml, target: string | undefined): TomlEntry | undefined {
  return target === undefined
    ? findTomlEntry(toml, 'registry', 'global-credential-providers')
    : findTomlEntry(toml, 'registries', target, 'credential-provider');
}

/** The providers that come later are asked first. */
function changeProviders(
  text: string,
  toml: Toml,
  entry: TomlEntry | undefined,
  target: string | undefined,
  provider: string,
): readonly Edit[] {
  if (target !== undefined) {
    const line = `credential-provider = ${formatTomlText(provider)}`;
    return entry ? replaceTomlEntry(text, entry, line) : [addTomlEntry(text, toml, ['registries', target], line)];
  }
  if (entry?.value.items !== undefined) return [addTomlItem(entry.value, provider, 'last')];
  const line = `global-credential-providers = [${[fileProvider, provider].map(formatTomlText).join(', ')}]`;
  return entry ? replaceTomlEntry(text, entry, line) : [addTomlEntry(text, toml, ['registry'], line)];
}

/** Its index among the items; 0 if it's alone. */
function findOurs(entry: TomlEntry | undefined): number | undefined {
  const index = listTexts(entry?.value).findIndex((text) => /(^|[\\/])cargo-credential-keystow(\.\w+)?$/.test(text));
  return index < 0 ? undefined : index;
}

function listTexts(value: TomlValue | undefined): readonly string[] {
  if (value?.text !== undefined) return [value.text];
  return value?.items?.map(({ text = '' }) => text) ?? [];
}

/** cargo splits the text at blanks. */
function toProvider({ findExecutable }: SetupInput): string {
  const word = toCommandWord(findExecutable(executable));
  if (!/\s/.test(word)) return word;
  throw new CredentialError('file-refused', `cargo cannot run ${word}: its path contains a blank`, {
    hint: 'install keystow so that it is on PATH',
  });
}

function describeOther(name: string, target: string | undefined): string {
  const [word = ''] = name.split(/\s/);
  return target === undefined
    ? `cargo also has the provider ${word}, which it asks after keystow`
    : `cargo asks keystow instead of ${word} for ${target}; that setting becomes a comment`;
}
