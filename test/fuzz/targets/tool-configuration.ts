import { deepEqual, equal } from 'node:assert/strict';
import { isCredentialError } from '../../../src/domain/credential-error.ts';
import { applyEdits, revertEdits } from '../../../src/domain/formats/edits.ts';
import type { SetupInput, SetupTool } from '../../../src/domain/setup/setup-tool.ts';
import { setupTools } from '../../../src/domain/setup/tools.ts';
import { parseYaml } from '../../support/yaml.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** Some tools have no default, or need an entry of their own in the file. */
const targets: Partial<Record<SetupTool['id'], string>> = { codex: 'corp', kubectl: 'me' };

/** The configuration of every tool that `keystow setup` changes. */
export const toolConfiguration: FuzzTarget = {
  name: 'tool-configuration',
  check(input) {
    for (const tool of setupTools) checkTool(tool, input.toString());
  },
};

function checkTool(tool: SetupTool, text: string): void {
  const target = targets[tool.id];
  const paths = tool.locate(machine, target);
  const inputFor = (text: string): SetupInput => ({
    machine,
    target,
    files: new Map(paths.map((path) => [path, text])),
    findExecutable: (name) => ({ name, path: `/usr/bin/${name}`, isOnPath: true }),
    findOnPath: () => undefined,
    parseYaml,
  });
  const plan = tryParse(() => tool.plan(inputFor(text)), isCredentialError);
  for (const change of plan?.changes ?? []) {
    if (change.kind !== 'edit') continue;
    const changed = applyEdits(text, change.edits);
    equal(revertEdits(changed, change.edits), text);
    deepEqual(tool.plan(inputFor(changed)).changes, [], `${tool.id} changes it twice`);
    tool.unset(changed, inputFor(changed));
  }
}

const machine = {
  platform: 'linux',
  home: '/home/a',
  environment: {},
  folder: '/home/a/.config/keystow',
  separators: { path: '/', list: ':' },
};
