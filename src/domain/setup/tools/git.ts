import { appendLines, type Edit } from '../../formats/edits.ts';
import {
  addBeforeEntry,
  addToSection,
  formatGitValue,
  type GitConfig,
  type GitEntry,
  parseGitConfig,
  removeGitEntry,
} from '../../formats/git-config.ts';
import { damagedText } from '../../formats/leaf.ts';
import { quoteForShell } from '../../text/quote.ts';
import { chooseFile, findConfigHome, joinPath, type SetupTool, setUp, type ToolExecutable } from '../setup-tool.ts';

/**
 * `credential.helper` in the user's configuration (gitcredentials(7)). Git asks the helpers in order until one has the
 * password, and stores a new one in all of them.
 */
export const gitTool: SetupTool = {
  id: 'git',
  title: 'git',
  commands: ['git'],
  // git-config(1), FILES.
  locate(machine) {
    const { GIT_CONFIG_GLOBAL: chosen } = machine.environment;
    if (chosen) return [chosen];
    const first = joinPath(machine, machine.home, '.gitconfig');
    return [first, joinPath(machine, findConfigHome(machine), 'git', 'config'), first];
  },
  plan({ machine, files, findExecutable }) {
    const path = chooseFile(files, gitTool.locate(machine, undefined));
    const text = files.get(path) ?? '';
    const config = parseEditable(text);
    const helpers = listHelpers(config);
    if (helpers.some(isOurs)) return setUp;
    const line = `helper = ${formatGitValue(toHelperValue(findExecutable('git-credential-keystow')))}`;
    return {
      state: helpers.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits: [addHelper(text, config, helpers, line)] }],
      others: helpers.map(describeHelper),
      notes: listHostNotes(config),
    };
  },
  unset(text) {
    const config = parseEditable(text);
    return listHelpers(config)
      .filter(isOurs)
      .map((entry) => removeGitEntry(text, entry));
  },
};

function parseEditable(text: string): GitConfig {
  const config = parseGitConfig(text);
  // A line that is added would be part of the value.
  if (config.isOpen) throw damagedText(text, text.length - 1, 'continues on a line that is missing');
  return config;
}

/** Those of all hosts. An empty one discards those before it. */
function listHelpers({ entries }: GitConfig): readonly GitEntry[] {
  const all = entries.filter(({ section, name }) => section === 'credential' && name === 'helper');
  return all.slice(all.findLastIndex(({ value }) => value === '') + 1);
}

function isOurs({ value }: GitEntry): boolean {
  return value !== undefined && /(^|[\\/'"!\s])(git-credential-)?keystow(\.c?js|\.cmd)?(['"]?\s|['"]?$)/.test(value);
}

/** Before the other helpers, so that git asks it first. */
function addHelper(text: string, { entries, sections }: GitConfig, helpers: readonly GitEntry[], line: string): Edit {
  const [first] = helpers;
  if (first !== undefined) return addBeforeEntry(text, first, line);
  const section = sections.findLast(({ section }) => section === 'credential');
  // A reset without helpers after it: ours must come after it.
  const hasReset = entries.some(({ section, name }) => section === 'credential' && name === 'helper');
  if (section !== undefined && !hasReset) return addToSection(text, section, line);
  return appendLines(text, ['[credential]', `\t${line}`]);
}

/** A bare name is looked up on PATH, with `git-credential-` before it. Anything else is run by a shell. */
function toHelperValue({ path, isOnPath }: ToolExecutable): string {
  if (isOnPath) return 'keystow';
  const quoted = quoteForShell(path);
  return quoted === path ? path : `!${quoted}`;
}

/** A helper may be a command that contains a secret, so only its first word is shown. */
function describeHelper({ value = '' }: GitEntry): string {
  const [word = ''] = value.split(/\s/);
  if (word === 'store') {
    return 'git also has the helper store, which goes on to write every password to a file in plain text; to stop that: git config --global --unset-all credential.helper "^store"';
  }
  return `git also has the helper ${word}, which it asks after keystow, and which also stores new passwords`;
}

/** A host whose own section discards the helpers of all hosts doesn't get keystow. */
function listHostNotes({ entries }: GitConfig): readonly string[] {
  const hosts = entries
    .filter(({ section, name, value }) => section.startsWith('credential.') && name === 'helper' && value === '')
    .map(({ section }) => section.slice('credential.'.length));
  return [...new Set(hosts)].map((host) => `git uses only the helper of its own section for ${host}`);
}
