import { execFileSync, spawnSync } from 'node:child_process';
import { accessSync, constants, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { programs } from '../support/programs.ts';
import { root } from './packed.ts';

const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test('[PKG20] npm install --global in a built clone installs every program and its man page', () => {
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

test('npm install --global in a clone without a build fails with a hint', () => {
  const clone = mkdtempSync(join(tmpdir(), 'keystow-clone-'));
  onTestFinished(() => rmSync(clone, { recursive: true, force: true }));
  for (const part of ['package.json', 'scripts', 'man'])
    cpSync(join(root, part), join(clone, part), { recursive: true });
  const args = ['install', '--global', '.', '--prefix', join(clone, 'prefix'), '--offline', '--foreground-scripts'];
  const { status, stderr } = spawnSync('npm', args, { cwd: clone, encoding: 'utf8' });
  expect(status).not.toBe(0);
  expect(stderr).toContain('this clone is not built');
});
