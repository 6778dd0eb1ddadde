import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from './sandbox.ts';

const secret = 'ghp_Tk4x9qZ2w8vB7nM1kL5jTk4x9qZ2w8vB7nM1';

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = new Sandbox();
});
afterEach(() => sandbox.remove());

const write = (name: string, text: string) => writeFileSync(join(sandbox.home, name), text, { mode: 0o600 });

test('the exit code says whether there is a credential in plain text: 0 no, 1 yes, 3 unknown, 2 a wrong command line', () => {
  expect(sandbox.run('keystow sweep')).toMatchObject({ exit: 0, stdout: 'no plain-text credentials in 0 files\n' });
  mkdirSync(join(sandbox.home, '.netrc'));
  expect(sandbox.run('keystow sweep')).toMatchObject({
    exit: 3,
    stderr: 'keystow: skipped ~/.netrc: it is not a regular file\n',
  });
  write('.git-credentials', `https://alice:${secret}@github.com\n`);
  expect(sandbox.run('keystow sweep')).toMatchObject({ exit: 1 });
  expect(sandbox.run('keystow sweep gti')).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: 'keystow: unknown tool\n  hint: did you mean git?\n',
  });
});

test('a report names file, line, kind and owner of a secret, and shows only its first characters', () => {
  write('.git-credentials', `# mine\nhttps://alice:${secret}@github.com\n`);
  const { stdout } = sandbox.run('keystow sweep');
  expect(stdout).toBe(
    [
      '~/.git-credentials (git, changed today)',
      '  line 2  password  https://github.com alice  ghp_…, 40 characters',
      '',
      'found 1 plain-text credential in 1 file',
      '',
    ].join('\n'),
  );
  const { stdout: json } = sandbox.run('keystow sweep --json');
  expect(JSON.parse(json)).toMatchObject({
    found: [{ line: 2, tool: 'git', kind: 'password', secretStart: 'ghp_', secretLength: 40, readableBy: 'nobody' }],
    skipped: [],
    examined: 1,
  });
  expect(stdout + json).not.toContain(secret.slice(0, 5));
});

test('tools, files and patterns can be selected and excluded', () => {
  write('.git-credentials', `https://alice:${secret}@github.com\n`);
  write('.npmrc', `//r.example/:_authToken=${secret}\n`);
  const files = (options: string) =>
    (JSON.parse(sandbox.run(`keystow sweep --json ${options}`).stdout) as { found: { tool: string }[] }).found.map(
      ({ tool }) => tool,
    );
  expect(files('')).toEqual(['git', 'npm']);
  expect(files('npm')).toEqual(['npm']);
  expect(files('.git-credentials')).toEqual(['git']);
  expect(files('"~/.npmrc"')).toEqual(['npm']);
  expect(files('--exclude npm')).toEqual(['git']);
  expect(files('--exclude "npm, ~/.git*"')).toEqual([]);
});
