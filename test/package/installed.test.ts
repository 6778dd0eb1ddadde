import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { programs } from '../support/programs.ts';
import { root } from './packed.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('npm install --global, from the folder as README has it, puts every program on PATH, and its page in the manual', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toMatch(/^npm install --global \. /m);
  const prefix = mkdtempSync(join(tmpdir(), 'keystow-prefix-'));
  onTestFinished(() => rmSync(prefix, { recursive: true, force: true }));
  execFileSync('npm', ['install', '--global', '.', '--prefix', prefix, '--offline'], { cwd: root, stdio: 'pipe' });
  for (const program of programs) {
    accessSync(join(prefix, 'bin', program), constants.X_OK);
    expect(readFileSync(join(prefix, 'share/man/man1', `${program}.1`), 'utf8')).toContain('.Sh NAME');
  }
  const PATH = [join(prefix, 'bin'), process.env.PATH].join(delimiter);
  const run = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8', env: { PATH } });
  expect(run('keystow', '--version')).toBe(`${version}\n`);
  expect(run('git-credential-keystow', 'capability')).toMatch(/^version 0\n/);
});
