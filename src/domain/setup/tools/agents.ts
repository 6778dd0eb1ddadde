import { CredentialError } from '../../credential-error.ts';
import { appendLines, disableLines, type Edit, removeLines } from '../../formats/edits.ts';
import { findJsonMembers, parseJsonObject, removeJsonMember, setJsonText } from '../../formats/json.ts';
import {
  findTomlEntry,
  formatTomlText,
  hasTomlTable,
  isSamePath,
  parseToml,
  type Toml,
  type TomlEntry,
} from '../../formats/toml.ts';
import { quoteForShell } from '../../text/quote.ts';
import { joinPath, type SetupInput, type SetupTool, setUp, toCommandWord } from '../setup-tool.ts';

/** `apiKeyHelper` in the user's settings (Claude Code, "Settings"), which a shell runs. */
export const claudeTool: SetupTool = {
  id: 'claude',
  title: 'Claude Code',
  commands: ['claude'],
  locate(machine) {
    const { CLAUDE_CONFIG_DIR: folder } = machine.environment;
    return [joinPath(machine, folder || joinPath(machine, machine.home, '.claude'), 'settings.json')];
  },
  plan({ machine, files, findExecutable }) {
    const [path = ''] = claudeTool.locate(machine, undefined);
    const text = files.get(path) ?? '';
    const root = parseJsonObject(text);
    const [member] = findJsonMembers(root, helperKey).slice(-1);
    const current = member?.value.text;
    if (current !== undefined && isOurs(current)) return setUp;
    // A command with arguments may contain the key, which the record of the change must not.
    if (member !== undefined && (current === undefined || !/^[\w./~-]{1,128}$/.test(current))) throw commandError();
    const command = `${quoteForShell(toCommandWord(findExecutable('keystow')))} helper token claude-code api-key`;
    return {
      state: member === undefined ? 'not-set-up' : 'other-helper',
      changes: [{ kind: 'edit', path, edits: [setJsonText(text, root, undefined, helperKey, command)] }],
      others: current === undefined ? [] : [`Claude Code runs keystow instead of ${current}`],
      notes: [],
    };
  },
  unset(text) {
    const root = parseJsonObject(text);
    const current = findJsonMembers(root, helperKey).at(-1)?.value.text ?? '';
    return isOurs(current) ? removeJsonMember(text, root, undefined, helperKey) : [];
  },
};

const helperKey = 'apiKeyHelper';

function isOurs(command: string): boolean {
  return /keystow(\.\w+)?['"]?\s+(get|helper\s+token)\s+claude-code\b/.test(command);
}

function commandError(): CredentialError {
  return new CredentialError(
    'file-refused',
    'Claude Code already has an apiKeyHelper, which is a command with arguments',
    {
      hint: 'remove it from settings.json, and run this again',
    },
  );
}

/** `[model_providers.NAME.auth]` (Codex, "Configuration"). */
export const codexTool: SetupTool = {
  id: 'codex',
  title: 'Codex',
  commands: ['codex'],
  target: 'a model provider of config.toml, required: the one that OpenAI runs has no setting for it',
  locate(machine) {
    const { CODEX_HOME: folder } = machine.environment;
    return [joinPath(machine, folder || joinPath(machine, machine.home, '.codex'), 'config.toml')];
  },
  plan(input) {
    const [path = ''] = codexTool.locate(input.machine, input.target);
    const text = input.files.get(path) ?? '';
    const toml = parseToml(text);
    const { target } = input;
    if (target === undefined || !hasTomlTable(toml, 'model_providers', target)) throw providerError(target);
    const auth = ['model_providers', target, 'auth'];
    const current = findTomlEntry(toml, ...auth, 'command');
    if (/keystow(\.\w+)?$/.test(current?.value.text ?? '')) return setUp;
    const disabled = [...listOtherAuth(text, toml, target), ...listTable(text, toml, auth)];
    const [first] = [...toml.tables, ...toml.entries].filter(({ path }) => isSamePath(path.slice(0, 3), auth));
    return {
      state: disabled.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits: [...disabled, appendLines(text, formatAuth(input, target))] }],
      others: [
        ...(first === undefined ? [] : [`${target} has another command, which becomes a comment`]),
        ...otherKeys
          .filter((key) => findTomlEntry(toml, 'model_providers', target, key) !== undefined)
          .map((key) => `${key} of ${target} becomes a comment: Codex takes only one of the two`),
      ],
      notes: [],
    };
  },
  unset(text, { target = '' }) {
    const toml = parseToml(text);
    const auth = ['model_providers', target, 'auth'];
    const isSet = /keystow(\.\w+)?$/.test(findTomlEntry(toml, ...auth, 'command')?.value.text ?? '');
    const table = toml.tables.find(({ path }) => isSamePath(path, auth));
    if (!isSet || table === undefined) return [];
    const entries = toml.entries.filter((entry) => isSamePath(entry.table, auth));
    return [
      removeLines(text, table.start, table.end),
      ...entries.map(({ start, value }) => removeLines(text, start, value.end)),
    ];
  },
};

/** What Codex rejects beside a command. */
const otherKeys = ['env_key', 'experimental_bearer_token', 'requires_openai_auth'];

function listOtherAuth(text: string, toml: Toml, target: string): readonly Edit[] {
  return otherKeys.flatMap((key) => disableEntry(text, findTomlEntry(toml, 'model_providers', target, key)));
}

function listTable(text: string, { tables, entries }: Toml, path: readonly string[]): readonly Edit[] {
  return [
    ...tables
      .filter((table) => isSamePath(table.path, path))
      .flatMap(({ start, end }) => disableLines(text, start, end)),
    ...entries
      .filter((entry) => isSamePath(entry.path.slice(0, 3), path))
      .flatMap((entry) => disableEntry(text, entry)),
  ];
}

function disableEntry(text: string, entry: TomlEntry | undefined): readonly Edit[] {
  return entry === undefined ? [] : disableLines(text, entry.start, entry.value.end);
}

function formatAuth({ findExecutable }: SetupInput, target: string): readonly string[] {
  const args = ['helper', 'token', `codex:${target}`, 'api-key'].map(formatTomlText).join(', ');
  const name = /^[\w-]+$/.test(target) ? target : formatTomlText(target);
  return [
    `[model_providers.${name}.auth]`,
    `command = ${formatTomlText(toCommandWord(findExecutable('keystow')))}`,
    `args = [${args}]`,
  ];
}

function providerError(target: string | undefined): CredentialError {
  const message = target === undefined ? 'a model provider is required' : `config.toml has no model provider ${target}`;
  return new CredentialError('invalid-input', message, { hint: 'name one of config.toml: keystow setup codex NAME' });
}
