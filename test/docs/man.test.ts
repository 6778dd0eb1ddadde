import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { flattenCommands, formatManPage } from '../../scripts/man-page.ts';
import { getProgramName } from '../../src/cli/program.ts';
import { describeStore } from '../contract/require-stores.ts';
import { programs } from '../support/all-programs.ts';
import { missingProgram } from '../support/session-bus.ts';

const folder = resolve(import.meta.dirname, '../../man');
const pages = programs.map((program) => `${getProgramName(program)}.1`);

test.each(programs.map((program) => ({ name: getProgramName(program), program })))(
  'the man page of $name matches its commands (update it with npm run man)',
  async ({ name, program }) => {
    const page = formatManPage(
      program,
      programs.filter((other) => other !== program),
    );
    await expect(page).toMatchFileSnapshot(join(folder, `${name}.1`));
  },
);

test.each(programs.map((program) => ({ name: getProgramName(program), program })))(
  'the page of $name describes status 4 as "not signed in" only if the program has a command to sign in',
  ({ program }) => {
    const signsIn = flattenCommands(program).some(({ name }) => ['login', 'auth login'].includes(name));
    expect(formatManPage(program, []).includes('\nnot signed in, or')).toBe(signsIn);
  },
);

test('the package installs every page', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
  expect(manifest.man).toEqual(pages.map((page) => `man/${page}`));
  expect(manifest.files).toContain('man');
});

describeStore('the man pages', 'man', missingProgram('man') ?? missingMandoc(), () => {
  test.each(pages)('%s passes mandoc -T lint', (page) => {
    // The other pages may not be installed here.
    const complaints = outputOf('mandoc', ['-T', 'lint', join(folder, page)]).replace(
      /^.*referenced manual not.*\n/gm,
      '',
    );
    expect(complaints).toBe('');
  });

  const shown = pages.flatMap((page) => ['C.UTF-8', 'C'].map((locale) => [page, locale] as const));
  test.each(shown)('%s is shown by man without a warning in the locale %s', (page, locale) => {
    const { stdout, stderr } = spawnSync('man', ['--warnings=all', '--local-file', join(folder, page)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: locale, MANROFFSEQ: '', MANWIDTH: '80' },
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^NAME\n/m);
    expect(stdout).toMatch(/^EXAMPLES\n/m);
  });
});

function missingMandoc(): string | undefined {
  return spawnSync('mandoc').error && 'mandoc is not installed';
}

function outputOf(program: string, args: readonly string[]): string {
  const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return stdout + stderr;
}
