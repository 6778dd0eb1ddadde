import { insertion } from '../../formats/edits.ts';
import {
  addIniLine,
  findIniEntries,
  type IniDialect,
  parseIni,
  pythonIni,
  removeIniEntries,
} from '../../formats/ini.ts';
import { joinPath, noteMissingOnPath, type SetupTool, setUp } from '../setup-tool.ts';

const dialect: IniDialect = { ...pythonIni, hasInlineComments: true };

const [section, key, executable] = ['defaults', 'vault_identity_list', 'keystow-vault-client'];

/** `vault_identity_list` ("Managing vault passwords"): a label, and the script that has its password. */
export const ansibleTool: SetupTool = {
  id: 'ansible',
  title: 'ansible and ansible-vault',
  commands: ['ansible', 'ansible-vault'],
  target: 'a vault label; without it: default',
  // One word of a list, up to the @.
  targetPattern: /^[^\s,@#;]+$/,
  locate(machine) {
    const { ANSIBLE_CONFIG: chosen } = machine.environment;
    return [chosen || joinPath(machine, machine.home, '.ansible.cfg')];
  },
  plan({ machine, files, target = 'default', findExecutable }) {
    const [path = ''] = ansibleTool.locate(machine, target);
    const text = files.get(path) ?? '';
    const ini = parseIni(text, dialect);
    const [entry] = findIniEntries(ini, section, key);
    const ids = splitList(entry?.value ?? '');
    if (ids.some((id) => isOurs(id, target))) return setUp;
    const { path: script } = findExecutable(executable);
    const id = `${target}@${script}`;
    const edit =
      entry === undefined
        ? addIniLine(text, ini, section, `${key} = ${id}`)
        : insertion(entry.valueEnd, ids.length > 0 ? `, ${id}` : id);
    return {
      state: 'not-set-up',
      changes: [{ kind: 'edit', path, edits: [edit] }],
      others: ids.map((other) => `ansible also has the vault ID ${other.split('@')[0]}, which stays`),
      notes: [
        ...noteMissingOnPath(findExecutable(executable)),
        'an ansible.cfg in the current folder is used instead of this file',
      ],
    };
  },
  unset(text, { target = 'default' }) {
    const [entry] = findIniEntries(parseIni(text, dialect), section, key);
    if (entry === undefined) return [];
    const ids = splitList(entry.value);
    const kept = ids.filter((id) => !isOurs(id, target));
    if (kept.length === ids.length) return [];
    if (kept.length === 0) return removeIniEntries(text, [entry]);
    return [{ offset: entry.valueStart, removed: entry.value, inserted: kept.join(', ') }];
  },
};

function splitList(value: string): readonly string[] {
  return value
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
}

function isOurs(id: string, target: string): boolean {
  return id.startsWith(`${target}@`) && /keystow-vault-client(\.\w+)?$/.test(id);
}
