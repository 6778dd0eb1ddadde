import { CredentialError } from '../../credential-error.ts';
import { removeLines } from '../../formats/edits.ts';
import { findJsonMembers, type JsonNode, parseJsonObject, removeJsonMember, setJsonText } from '../../formats/json.ts';
import { addTomlEntry, addTomlItem, findTomlEntry, parseToml, removeTomlItem } from '../../formats/toml.ts';
import { findConfigHome, joinPath, noteMissingOnPath, type SetupTool, setUp } from '../setup-tool.ts';

/** docker adds `docker-credential-` to this, and looks the executable up on PATH. */
const helper = 'keystow';

/**
 * `credsStore`, or an entry of `credHelpers` for one registry (docker login, "Credential helpers"). Podman, skopeo and buildah
 * read the file too.
 */
export const dockerTool: SetupTool = {
  id: 'docker',
  title: 'docker, and buildx and compose',
  commands: ['docker'],
  target: 'a registry, such as ghcr.io; without it: all registries',
  // Without a user name or a password.
  targetPattern: /^[^\s"'@\\]+$/,
  locate(machine) {
    const { DOCKER_CONFIG: folder } = machine.environment;
    return [joinPath(machine, folder || joinPath(machine, machine.home, '.docker'), 'config.json')];
  },
  plan({ machine, files, target, findExecutable }) {
    const [path = ''] = dockerTool.locate(machine, target);
    const text = files.get(path) ?? '';
    const root = parseJsonObject(text);
    const current = readHelper(root, target);
    if (current === helper) return setUp;
    const [parent, key] = toKeys(target);
    return {
      state: current === undefined ? 'not-set-up' : 'other-helper',
      changes: [{ kind: 'edit', path, edits: [setJsonText(text, root, parent, key, helper)] }],
      others:
        current === undefined
          ? []
          : [`docker asks keystow instead of the helper ${current}; logins that it has stay there`],
      notes: [...noteMissingOnPath(findExecutable('docker-credential-keystow')), ...listOtherRegistries(root, target)],
    };
  },
  unset(text, { target }) {
    const root = parseJsonObject(text);
    return readHelper(root, target) === helper ? removeJsonMember(text, root, ...toKeys(target)) : [];
  },
};

function toKeys(target: string | undefined): readonly [parent: string | undefined, key: string] {
  return target === undefined ? [undefined, 'credsStore'] : ['credHelpers', target];
}

function readHelper(root: JsonNode | undefined, target: string | undefined): string | undefined {
  const [parent, key] = toKeys(target);
  const object = parent === undefined ? root : findJsonMembers(root, parent).at(-1)?.value;
  // A registry's name is compared as it is.
  const member = findJsonMembers(object, key).findLast((member) => target === undefined || member.key === key);
  const value = member?.value;
  if (member === undefined || value?.text === '') return undefined;
  if (value?.text !== undefined && /^[\w.-]{1,64}$/.test(value.text)) return value.text;
  throw new CredentialError('file-refused', `${key} in docker's configuration is not the name of a helper`, {
    hint: 'correct it, and run this again',
  });
}

/** `credHelpers` of a registry is stronger than `credsStore`. */
function listOtherRegistries(root: JsonNode | undefined, target: string | undefined): readonly string[] {
  if (target !== undefined) return [];
  const { members = [] } = findJsonMembers(root, 'credHelpers').at(-1)?.value ?? {};
  return members
    .filter(({ value }) => value.text !== undefined && value.text !== helper)
    .map(({ key }) => `docker keeps its own helper for ${key}; to change that: keystow setup docker ${key}`);
}

const podmanKey = 'credential-helpers';

/** Stands for podman's own file, which stays a source: containers-registries.conf(5). */
const authFile = 'containers-auth.json';

/** `credential-helpers` in a file of the user's `registries.conf.d`: containers-registries.conf.d(5). */
export const podmanTool: SetupTool = {
  id: 'podman',
  title: 'podman, skopeo and buildah',
  commands: ['podman', 'skopeo', 'buildah'],
  locate: (machine) => [
    joinPath(machine, findConfigHome(machine), 'containers', 'registries.conf.d', '50-keystow.conf'),
  ],
  plan({ machine, files, target, findExecutable }) {
    const [path = ''] = podmanTool.locate(machine, target);
    const text = files.get(path) ?? '';
    const toml = parseToml(text);
    const entry = findTomlEntry(toml, podmanKey);
    if (entry?.value.items?.some(({ text }) => text === 'keystow')) return setUp;
    const edit = entry?.value.items
      ? addTomlItem(entry.value, 'keystow', 'first')
      : addTomlEntry(text, toml, [], `${podmanKey} = ["keystow", "${authFile}"]`);
    const notes = noteMissingOnPath(findExecutable('docker-credential-keystow'));
    return { state: 'not-set-up', changes: [{ kind: 'edit', path, edits: [edit] }], others: [], notes };
  },
  unset(text) {
    const entry = findTomlEntry(parseToml(text), podmanKey);
    const { items = [] } = entry?.value ?? {};
    const index = items.findIndex(({ text }) => text === 'keystow');
    if (entry === undefined || index < 0) return [];
    const isWhole = items.every(({ text }) => text === 'keystow' || text === authFile);
    return [isWhole ? removeLines(text, entry.start, entry.value.end) : removeTomlItem(text, entry.value, index)];
  },
};
