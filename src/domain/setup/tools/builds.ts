import { CredentialError } from '../../credential-error.ts';
import { appendLines, insertion, removeLines } from '../../formats/edits.ts';
import { addIniLine, findIniEntries, looseIni, parseIni, removeIniEntries } from '../../formats/ini.ts';
import { damagedText } from '../../formats/leaf.ts';
import { splitLines } from '../../text/lines.ts';
import { quoteForShell } from '../../text/quote.ts';
import {
  findConfigHome,
  joinPath,
  type Machine,
  type SetupInput,
  type SetupTool,
  setUp,
  toCommandWord,
} from '../setup-tool.ts';

const key = 'GOAUTH';

/** What go uses if nothing is set: it stays, behind keystow. */
const defaultCommand = 'netrc';

/** `GOAUTH` in the file of `go env -w` (go help goauth, go 1.24): commands between semicolons, the first one counts most. */
export const goTool: SetupTool = {
  id: 'go',
  title: 'go',
  commands: ['go'],
  locate: (machine) => [locateEnv(machine)],
  plan(input) {
    const path = locateEnv(input.machine);
    const text = input.files.get(path) ?? '';
    const ini = parseIni(text, looseIni);
    // The last one counts.
    const entry = findIniEntries(ini, undefined, key).at(-1);
    const value = entry?.value ?? '';
    if (value.split(';').some(isOurs)) return setUp;
    const command = formatCommand(input);
    const isOff = value.trim() === 'off';
    const edit = isOff
      ? { offset: entry?.valueStart ?? 0, removed: value, inserted: command }
      : value.trim() === ''
        ? addIniLine(text, ini, undefined, `${key}=${command};${defaultCommand}`)
        : insertion(entry?.valueStart ?? 0, `${command};`);
    return {
      state: isOff ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits: [edit] }],
      others: isOff ? ['GOAUTH is off'] : [],
      notes: input.machine.environment.GOAUTH
        ? ['the variable GOAUTH is set, and go uses it instead of this file']
        : [],
    };
  },
  unset(text) {
    const entry = findIniEntries(parseIni(text, looseIni), undefined, key).at(-1);
    const commands = entry?.value.split(';') ?? [];
    const kept = commands.filter((command) => !isOurs(command));
    if (entry === undefined || kept.length === commands.length) return [];
    if (kept.every((command) => command.trim() === defaultCommand)) return removeIniEntries(text, [entry]);
    return [{ offset: entry.valueStart, removed: entry.value, inserted: kept.join(';') }];
  },
};

/** As `go env GOENV`: in the configuration folder of the system. */
function locateEnv(machine: Machine): string {
  const { GOENV: chosen, APPDATA } = machine.environment;
  if (chosen && chosen !== 'off') return chosen;
  if (machine.platform === 'win32' && APPDATA) return joinPath(machine, APPDATA, 'go', 'env');
  if (machine.platform === 'darwin')
    return joinPath(machine, machine.home, 'Library', 'Application Support', 'go', 'env');
  return joinPath(machine, findConfigHome(machine), 'go', 'env');
}

/** go splits it at blanks, and takes single or double quotation marks, without escapes, for a word. */
function formatCommand({ findExecutable }: SetupInput): string {
  const word = toCommandWord(findExecutable('keystow'));
  if (word.includes(';') || (word.includes("'") && word.includes('"'))) {
    throw new CredentialError(
      'file-refused',
      `go cannot run ${word}: its path contains quotation marks or a semicolon`,
      {
        hint: 'install keystow so that it is on PATH',
      },
    );
  }
  const mark = word.includes("'") ? '"' : "'";
  return `${/[\s'"]/.test(word) ? mark + word + mark : word} helper go`;
}

function isOurs(command: string): boolean {
  return /keystow(\.\w+)?['"]?\s+helper\s+go\s*$/.test(command);
}

const bazelExecutable = 'bazel-credential-keystow';

/** `--credential_helper` in the user's .bazelrc (Bazel, "Credential helpers"). A later one counts more than an earlier one. */
export const bazelTool: SetupTool = {
  id: 'bazel',
  title: 'bazel',
  commands: ['bazel', 'bazelisk'],
  target: 'a host, such as *.example.com; without it: all hosts',
  targetPattern: /^(\*\.)?[\w.-]+$/,
  locate: (machine) => [joinPath(machine, machine.home, '.bazelrc')],
  plan({ machine, files, target, findExecutable }) {
    const [path = ''] = bazelTool.locate(machine, target);
    const text = files.get(path) ?? '';
    const helpers = listHelpers(text).filter(({ scope }) => scope === target);
    if (helpers.some(isOurHelper)) return setUp;
    // A line that is added would continue the last one.
    if (/\\\r?\n?$/.test(text)) throw damagedText(text, text.length - 1, 'continues on a line that is missing');
    const value = (target === undefined ? '' : `${target}=`) + toCommandWord(findExecutable(bazelExecutable));
    const line = `common --credential_helper=${quoteForShell(value)}`;
    return {
      state: helpers.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits: [appendLines(text, [line])] }],
      others: helpers.map(({ program }) => `bazel asks keystow instead of ${program}`),
      notes: [],
    };
  },
  unset: (text, { target }) =>
    listHelpers(text)
      .filter((helper) => helper.scope === target && isOurHelper(helper))
      .map(({ start, end }) => removeLines(text, start, end)),
};

interface Helper {
  readonly scope: string | undefined;
  readonly program: string;
  readonly start: number;
  readonly end: number;
}

function listHelpers(text: string): readonly Helper[] {
  return splitLines(text).flatMap(({ text: line, start, end }) => {
    const [, quoted] =
      /^\s*(?:common|build|fetch)\b[^#]*--(?:experimental_)?credential_helper=('[^']*'|\S+)/.exec(line) ?? [];
    if (quoted === undefined) return [];
    const [, scope, program = ''] = /^(?:([^=]+)=)?(.*)$/.exec(quoted.replace(/^'(.*)'$/, '$1')) ?? [];
    return [{ scope, program, start, end }];
  });
}

function isOurHelper({ program }: Helper): boolean {
  return /bazel-credential-keystow(\.\w+)?$/.test(program);
}
