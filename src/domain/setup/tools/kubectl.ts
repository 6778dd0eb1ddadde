import { CredentialError } from '../../credential-error.ts';
import { disabledPrefix, disableFurtherLines, type Edit, insertion, removeLines } from '../../formats/edits.ts';
import { findYamlEntry, findYamlText, type YamlEntry, type YamlMap, type YamlNode } from '../../formats/yaml.ts';
import { findLineEnd, findLineStart } from '../../text/lines.ts';
import { joinPath, type SetupInput, type SetupTool, setUp, toCommandWord } from '../setup-tool.ts';

/** `users[].user.exec` (Kubernetes documentation, "client-go credential plugins"), which helm and client-go use too. */
export const kubectlTool: SetupTool = {
  id: 'kubectl',
  title: 'kubectl, helm and everything that uses client-go',
  commands: ['kubectl', 'helm'],
  target: "a user of the kubeconfig; without it: the current context's",
  locate(machine) {
    const paths = (machine.environment.KUBECONFIG ?? '').split(machine.separators.list).filter((path) => path !== '');
    return paths.length > 0 ? paths : [joinPath(machine, machine.home, '.kube', 'config')];
  },
  plan(input) {
    const configs = readConfigs(input);
    const name = input.target ?? findCurrentUser(configs);
    if (name === undefined) {
      throw new CredentialError('invalid-input', 'the kubeconfig has no current context, so the user is unknown', {
        hint: 'name a user: keystow setup kubectl USER',
      });
    }
    for (const { path, text, root } of configs) {
      const user = findUser(root, name);
      if (user === undefined) continue;
      const exec = findYamlEntry(user.value, 'exec');
      if (isOurs(exec)) return setUp;
      const command = findYamlText(exec?.value, 'command');
      const fields = listFields(text, user).filter((field) => strongerFields.includes(field));
      return {
        state: exec || fields.length > 0 ? 'other-helper' : 'not-set-up',
        changes: [{ kind: 'edit', path, edits: addExec(text, user, exec, input, name) }],
        others: [
          ...(exec
            ? [`the user ${name} has the exec plugin ${command ?? 'without a command'}, which becomes a comment`]
            : []),
          ...fields.map((field) => `kubectl uses ${field} of the user ${name} before keystow, until it is removed`),
        ],
        notes: [],
      };
    }
    throw new CredentialError('invalid-input', `the kubeconfig has no user ${name}`, {
      hint: `add it: kubectl config set-credentials ${name}`,
    });
  },
  unset(text, input) {
    const root = input.parseYaml(text);
    const users = findYamlEntry(root, 'users')?.value;
    return (users?.kind === 'list' ? users.items : [])
      .filter((item) => input.target === undefined || findYamlText(item, 'name') === input.target)
      .flatMap((item) => {
        const user = findYamlEntry(item, 'user')?.value;
        const exec = findYamlEntry(user, 'exec');
        return isOurs(exec) && user?.kind === 'map' ? removeExec(text, user, exec as YamlEntry) : [];
      });
  },
};

interface Config {
  readonly path: string;
  readonly text: string;
  readonly root: YamlNode;
}

/** The first file that has a user or a context counts. */
function readConfigs({ machine, files, target, parseYaml }: SetupInput): readonly Config[] {
  return kubectlTool.locate(machine, target).flatMap((path) => {
    const text = files.get(path);
    return text === undefined ? [] : [{ path, text, root: parseYaml(text) }];
  });
}

function findCurrentUser(configs: readonly Config[]): string | undefined {
  const roots = configs.map(({ root }) => root);
  const context = roots.map((root) => findYamlText(root, 'current-context')).find(Boolean);
  const item = roots.map((root) => findItem(root, 'contexts', context)).find((item) => item !== undefined);
  return findYamlText(findYamlEntry(item, 'context')?.value, 'user');
}

function findItem(root: YamlNode, list: string, name: string | undefined): YamlNode | undefined {
  const items = findYamlEntry(root, list)?.value;
  return items?.kind === 'list' ? items.items.find((item) => findYamlText(item, 'name') === name) : undefined;
}

function findUser(root: YamlNode, name: string): YamlEntry | undefined {
  const item = findItem(root, 'users', name);
  const user = findYamlEntry(item, 'user');
  if (item !== undefined && user === undefined) throw refusedError(name);
  return user;
}

/** What client-go sends instead of running a plugin. */
const strongerFields = ['token', 'tokenFile', 'username', 'client-certificate', 'client-certificate-data'];

function listFields(_text: string, { value }: YamlEntry): readonly string[] {
  return value?.kind === 'map' ? value.entries.flatMap(({ key }) => key ?? []) : [];
}

function isOurs(exec: YamlEntry | undefined): boolean {
  const args = findYamlEntry(exec?.value, 'args')?.value;
  const [first, second] = args?.kind === 'list' ? args.items : [];
  const isHelper = first?.kind === 'scalar' && first.value === 'helper';
  const command = findYamlText(exec?.value, 'command') ?? '';
  return isHelper && second?.kind === 'scalar' && second.value === 'kubernetes' && /keystow(\.\w+)?$/.test(command);
}

function addExec(
  text: string,
  user: YamlEntry,
  exec: YamlEntry | undefined,
  { findExecutable }: SetupInput,
  name: string,
): readonly Edit[] {
  const { value } = user;
  const command = toCommandWord(findExecutable('keystow'));
  const args = ['helper', 'kubernetes', name];
  if (value?.kind === 'map' && value.isFlow && value.entries.length > 0) {
    if (exec !== undefined) throw refusedError(name);
    const plugin = { apiVersion, command, args, interactiveMode };
    return [insertion(value.start + 1, `"exec": ${JSON.stringify(plugin)}, `)];
  }
  const end = findLineEnd(text);
  const lines = (indent: string) =>
    [
      'exec:',
      `  apiVersion: ${apiVersion}`,
      `  command: ${formatYamlText(command)}`,
      '  args:',
      ...args.map((arg) => `  - ${formatYamlText(arg)}`),
      `  interactiveMode: ${interactiveMode}`,
    ].map((line) => indent + line);
  const [first] = value?.kind === 'map' ? value.entries : [];
  if (first === undefined) return [fillUser(text, user, lines)];
  const indent = findIndent(text, first.keyStart);
  if (indent === undefined) throw refusedError(name);
  const lineStart = (exec ?? first).keyStart - indent.length;
  if (exec === undefined) return [insertion(lineStart, lines(indent).join(end) + end)];
  if (findIndent(text, exec.keyStart) === undefined || exec.value === undefined) throw refusedError(name);
  return [
    insertion(lineStart, lines(indent).join(end) + end + disabledPrefix),
    ...disableFurtherLines(text, exec.keyStart, trimEnd(text, exec.value.end)),
  ];
}

const apiVersion = 'client.authentication.k8s.io/v1';
const interactiveMode = 'IfAvailable';

/** `user: {}`, as kubectl writes it, or `user:`. */
function fillUser(text: string, { keyStart, value }: YamlEntry, lines: (indent: string) => readonly string[]): Edit {
  const lineStart = findLineStart(text, keyStart);
  const indent = ' '.repeat(keyStart - lineStart + 2);
  const end = findLineEnd(text);
  const block = end + lines(indent).join(end);
  if (value?.kind === 'map')
    return { offset: value.start, removed: text.slice(value.start, value.end), inserted: block };
  const colon = text.indexOf(':', keyStart);
  const isEmpty = value === undefined || (value.kind === 'scalar' && value.end === value.start);
  if (!isEmpty) return { offset: value.start, removed: text.slice(value.start, value.end), inserted: block };
  return insertion(colon + 1, block);
}

/** The spaces before a key, or `undefined` if something else is before it in its line. */
function findIndent(text: string, keyStart: number): string | undefined {
  const before = text.slice(findLineStart(text, keyStart), keyStart);
  return /^ *$/.test(before) ? before : undefined;
}

function trimEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

function removeExec(text: string, user: YamlMap, exec: YamlEntry): readonly Edit[] {
  const end = trimEnd(text, exec.value?.end ?? exec.keyStart);
  if (user.isFlow) {
    const next = user.entries[user.entries.indexOf(exec) + 1];
    const to = next?.keyStart ?? end;
    return [{ offset: exec.keyStart, removed: text.slice(exec.keyStart, to), inserted: '' }];
  }
  // Without a value, the user would not be a map.
  if (user.entries.length === 1) {
    return [{ offset: exec.keyStart, removed: text.slice(exec.keyStart, end), inserted: '{}' }];
  }
  return [removeLines(text, exec.keyStart, end)];
}

function formatYamlText(text: string): string {
  return /^[A-Za-z/][\w./-]*$/.test(text) && !/^(true|false|null|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);
}

function refusedError(name: string): CredentialError {
  return new CredentialError(
    'file-refused',
    `the user ${name} of the kubeconfig is written in a way that keystow does not edit`,
    {
      hint: `let kubectl rewrite it: kubectl config set-credentials ${name}`,
    },
  );
}
