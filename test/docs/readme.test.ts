import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cli } from '../../src/cli/cli.ts';
import { listCommands, type Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';
import { missingDaemons, startDaemons } from '../cli/daemons.ts';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { blocksIn, shows } from './readme-blocks.ts';
import { readTestIds, testIdsIn } from './test-ids.ts';

const root = resolve(import.meta.dirname, '../..');
const readPage = (page: string) => readFileSync(resolve(root, page), 'utf8');
const readme = readPage('README.md');
const blocks = blocksIn(readme);

describe('what README tells to type', () => {
  for (const { kind, about, lines } of blocks.filter(({ kind }) => kind !== 'text')) {
    if (kind === 'console') {
      const daemons = about?.startsWith('with ') ? about.slice('with '.length) : undefined;
      const store = daemons === undefined ? 'file-home' : 'secret-service';
      describeStore(`with ${daemons ?? 'no daemon'}`, store, missingDaemons(daemons), () => {
        test('does what README shows', async () => {
          const started = await startDaemons(daemons);
          const sandbox = new Sandbox(started.environment);
          try {
            for (const { command, expected } of shows(lines)) {
              const { stdout, exit } = sandbox.run(command);
              expect(stdout.trimEnd(), command).toMatch(expected);
              expect(exit).toBe(0);
            }
          } finally {
            sandbox.remove();
            await started.stop();
          }
        });
      });
    } else if (about?.startsWith('tested by ')) {
      test(`${lines[1] ?? lines[0]}: the test that is named exists`, () => {
        const [id] = testIdsIn(about);
        expect(readTestIds()).toContain(id);
      });
    } else {
      test.each(lines)('%s: continuous integration runs it', (line) => {
        const [command = ''] = line.split(/\s+#/);
        expect(readFileSync(resolve(root, '.ci/run'), 'utf8').split(/\n\s*/)).toContain(command.trim());
      });
    }
  }
});

const programs: readonly [name: string, program: Program, page: string][] = [
  ['keystow', keystowProgram, 'README.md'],
  ['jsm', jsmProgram, 'docs/programs.md'],
  ['difyctl', difyctlProgram, 'docs/programs.md'],
];

test.each(programs)('every command of %s is in its page', (name, program, page) => {
  const commands = listCommands(program, { profile: program.profile } as Cli).filter(({ hidden }) => !hidden);
  const typed = commands.flatMap((command) =>
    command.commands.length === 0
      ? `${name} ${command.name}`
      : command.commands.map((below) => `${name} ${command.name} ${below.name}`),
  );
  const text = readPage(page);
  expect(typed.filter((command) => !text.includes(command))).toEqual([]);
});
