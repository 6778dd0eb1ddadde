import { expect } from 'vitest';
import { isCredentialError } from '../../src/domain/credential-error.ts';
import { applyEdits, revertEdits } from '../../src/domain/formats/edits.ts';
import type { FileChange, Machine, SetupInput, ToolExecutable, ToolId } from '../../src/domain/setup/setup-tool.ts';
import { findTool } from '../../src/domain/setup/tools.ts';
import { parseYaml } from '../support/yaml.ts';

export const machine: Machine = {
  platform: 'linux',
  home: '/home/a',
  environment: {},
  folder: '/home/a/.config/keystow',
  separators: { path: '/', list: ':' },
};

/** The input of a tool whose only configuration file has a text, in the place where a new one would be. */
export function toolInput(
  id: ToolId,
  target: string | undefined,
  text?: string,
  executable?: ToolExecutable,
): SetupInput {
  const paths = findTool(id).locate(machine, target);
  const files = new Map(paths.map((path) => [path, undefined as string | undefined]));
  const input: SetupInput = {
    machine,
    target,
    files,
    findExecutable: (name) => executable ?? { name, path: `/usr/bin/${name}`, isOnPath: true },
    findOnPath: () => undefined,
    parseYaml,
  };
  if (text !== undefined) files.set(findConfigPath(id, input), text);
  return input;
}

/** Where the tool would create its configuration. Some tools only change one that exists. */
function findConfigPath(id: ToolId, input: SetupInput): string {
  try {
    const [edit] = listEdits(id, input);
    if (edit !== undefined) return edit.path;
  } catch {}
  return findTool(id).locate(machine, input.target)[0] ?? '';
}

type Edit = Extract<FileChange, { kind: 'edit' }>;

export function listEdits(id: ToolId, input: SetupInput): readonly Edit[] {
  return findTool(id)
    .plan(input)
    .changes.filter((change): change is Edit => change.kind === 'edit');
}

/** The text of the changed file. */
export function readConfig(id: ToolId, input: SetupInput): string | undefined {
  const [edit] = listEdits(id, input);
  return edit && applyEdits(input.files.get(edit.path) ?? '', edit.edits);
}

/**
 * Sets a tool up in a text, and asserts the laws of every tool: the undo restores the text, after edits before and behind the
 * change too; a second setup changes nothing; after a rewrite, `unset` leaves nothing of ours. Returns the changed text, or
 * `undefined` if the text is rejected or the tool is set up already.
 */
export function restores(id: ToolId, target: string | undefined, text: string): string | undefined {
  const tool = findTool(id);
  const input = toolInput(id, target, text);
  let edits: readonly Edit[];
  try {
    edits = listEdits(id, input);
  } catch (error) {
    expect(isCredentialError(error) && error.code).toMatch(/^(file-damaged|file-refused|invalid-input)$/);
    return undefined;
  }
  const [edit] = edits;
  if (edit === undefined) return undefined;
  const changed = applyEdits(text, edit.edits);
  expect(revertEdits(changed, edit.edits)).toBe(text);
  const scripts = tool.plan(input).changes.flatMap((change) => (change.kind === 'script' ? [change] : []));
  const written = scripts.map(({ path, text }) => [path, text] as const);
  const again = { ...input, files: new Map([...input.files, ...written, [edit.path, changed] as const]) };
  expect(tool.plan(again)).toMatchObject({ state: 'set-up' });
  expect(listEdits(id, again)).toEqual([]);
  const rest = applyEdits(changed, tool.unset(changed, again));
  const without = { ...again, files: new Map([...again.files, [edit.path, rest] as const]) };
  expect(findState(id, without)).not.toBe('set-up');
  return changed;
}

function findState(id: ToolId, input: SetupInput): string {
  try {
    return findTool(id).plan(input).state;
  } catch (error) {
    return isCredentialError(error) ? error.code : String(error);
  }
}
