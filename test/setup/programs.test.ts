import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { needs } from '../support/needs.ts';

const needsGit = needs(spawnSync('git', ['--version']).status === 0, 'git');

test('[SET4] git gets the secret after keystow setup git, and no longer after the undo', needsGit, () => {
  const sandbox = new Sandbox({ KEYSTOW_DISABLE_KEYRING: '1', GIT_TERMINAL_PROMPT: '0' });
  onTestFinished(() => sandbox.remove());
  const config = join(sandbox.home, '.gitconfig');
  const before = '[user]\r\n\tname = A # comment\r\n[credential]\r\n\tuseHttpPath = false';
  writeFileSync(config, before);
  const fill = "printf 'protocol=https\\nhost=example.com\\n\\n' | git credential fill | grep -c password=s3cret";
  sandbox.run('printf s3cret | keystow set git-credential:https://example.com alice');
  expect(sandbox.run(fill).stdout).toBe('0\n');
  const done = sandbox.run('keystow setup git --yes');
  expect(done).toMatchObject({ exit: 0, stderr: '' });
  expect(sandbox.run(fill).stdout).toBe('1\n');
  expect(sandbox.run('keystow setup git').stdout).toBe('git is already set up\n');
  expect(sandbox.run('keystow setup git --undo')).toMatchObject({ exit: 0, stderr: '' });
  expect(execFileSync('cat', [config]).toString()).toBe(before);
  expect(sandbox.run(fill).stdout).toBe('0\n');
});
