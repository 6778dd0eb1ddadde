import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { toolIds } from '../../src/domain/setup/setup-tool.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { blocksIn, shows } from './readme-blocks.ts';

const page = readFileSync(resolve(import.meta.dirname, '../../docs/protocols.md'), 'utf8');

/** The sections with commands, each for a new user. */
const sections = page.split(/^## /m).flatMap((section) => {
  const [title = ''] = section.split('\n');
  const commands = blocksIn(section)
    .filter(({ kind }) => kind === 'console')
    .flatMap(({ lines }) => shows(lines));
  return commands.length > 0 ? [{ title, commands }] : [];
});

describe('[PRO1] what docs/protocols.md tells to type does what it shows', () => {
  test.each(sections)('$title', ({ commands }) => {
    const sandbox = new Sandbox();
    try {
      for (const { command, expected } of commands) {
        const { stdout, exit } = sandbox.run(command);
        expect(stdout.trimEnd().replaceAll(sandbox.home, '/home/alice'), command).toMatch(expected);
        expect(exit, command).toBe(0);
      }
    } finally {
      sandbox.remove();
    }
  });
});

test('[PRO2] docs/protocols.md has the command that sets up each tool', () => {
  expect(toolIds.filter((id) => !page.includes(`keystow setup ${id}`))).toEqual([]);
});
