import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingPseudoTerminal } from '../support/pseudo-terminal.ts';
import { findForbidden } from '../support/unprintable.ts';
import { homeWithTerminal } from './home-with-terminal.ts';
import { Sandbox } from './sandbox.ts';

/** For sh: sets a title, then has a C1 control, a bidirectional override and a zero-width space. */
const hostile = "$'\\e]0;owned\\a\\u009b31m\\u202eevil\\u200b'";

describe('[ESC5] the built programs print no control or format characters', () => {
  let sandbox: Sandbox;
  beforeAll(() => {
    sandbox = new Sandbox();
    expect(run(`printf s3cret | keystow set ${hostile} ${hostile}`).stderr).not.toBe(undefined);
    const report = sandbox.run('keystow doctor --json').stdout;
    for (const [name, field] of [
      ['program', /"program": "[^"]*"/],
      ['text', /"preference": "[^"]*"/],
    ] as const)
      writeFileSync(
        join(sandbox.home, `${name}.json`),
        report.replace(field, `"${name === 'text' ? 'preference' : name}": "\\u001b]0;owned\\u0007\u202e\u200b\u009b"`),
      );
  });
  afterAll(() => sandbox.remove());

  const run = (command: string) => sandbox.run(`bash -c ${quote(command)}`);

  test.each([
    [`keystow list`, 0],
    [`keystow list --json`, 0],
    [`keystow doctor`, 0],
    [`keystow doctor --explain`, 0],
    [`printf new | keystow set ${hostile} ${hostile}`, 0],
    [`keystow get ${hostile} missing`, 1],
    [`keystow ${hostile}`, 2],
    [`keystow list --${hostile}`, 2],
    [`keystow list --color ${hostile}`, 2],
    [`keystow migrate --to ${hostile}`, 2],
    [`KEYSTOW_STORAGE=${hostile} keystow list`, 2],
    [`KEYSTOW_STORAGE=${hostile} keystow doctor --explain`, 2],
    [`KEYSTOW_SEAL=${hostile} keystow list`, 2],
    [`KEYSTOW_CONFIG_DIR=/dev/null/${hostile} keystow set a b <<<s3cret`, 1],
    [`KEYSTOW_CONFIG_DIR=/tmp/${hostile} keystow doctor`, 0],
    [`keystow doctor --replay ${hostile}`, 2],
    [`keystow doctor --replay program.json`, 2],
    [`keystow doctor --replay /dev/zero`, 2],
    [`keystow doctor --replay text.json`, 2],
    [`docker-credential-keystow ${hostile}`, 1],
    [`printf %s ${hostile} | docker-credential-keystow get`, 1],
    [`printf %s ${hostile} | docker-credential-keystow store`, 1],
    [`printf 'protocol=%s\\nhost=%s\\n\\n' ${hostile} ${hostile} | git-credential-keystow get`, undefined],
    [`keystow exec ${hostile} ${hostile} --env A -- ${hostile}`, 127],
    [`difyctl auth status --host ${hostile}`, 2],
    [`JSM_ISSUER=${hostile} JSM_CLIENT_ID=a jsm login`, undefined],
    [`keystow migrate --to file --dry-run`, 0],
    [`keystow delete ${hostile} ${hostile}`, 0],
  ])('%s', (command, exit) => {
    const { stdout, stderr, exit: observed } = run(command);
    expect(findForbidden(stdout + stderr)).toEqual([]);
    expect(stdout + stderr).not.toContain('\x1b');
    if (exit !== undefined) expect(observed, stderr).toBe(exit);
  });

  test('a secret is printed byte for byte', () => {
    expect(run(`printf '\\e]0;\\302\\233' | keystow set --raw bytes a >/dev/null; keystow get bytes a`).stdout).toBe(
      '\x1b]0;\x9b',
    );
  });
});

describeStore('[ESC6] a prompt', 'pseudo-terminal', missingPseudoTerminal(), () => {
  const home = homeWithTerminal();

  test('shows a name without its control characters', async () => {
    const set = home.start(`bash -c ${quote(`keystow set ${hostile} alice`)}`);
    await set.waitFor('Secret for \\u{1b}]0;owned\\u{7}\\u{9b}31m\\u{202e}evil\\u{200b} alice:');
    set.type('s3cret\r');
    expect(await set.exit).toBe(0);
    expect(set.shown()).not.toContain('\x1b]0;');
    expect(set.shown()).not.toMatch(/[\x9b\u202e\u200b]/);
  });
});

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
