import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingAge } from '../support/age.ts';
import { answer, missingPseudoTerminal, runOnTerminal } from '../support/pseudo-terminal.ts';

const ctrlC = '\x03';

describeStore('export and age', 'pseudo-terminal', missingAge() ?? missingPseudoTerminal(), () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox();
    expect(sandbox.run('printf s3cret | KEYSTOW_QUIET=1 keystow set demo alice').exit).toBe(0);
  });
  afterEach(() => sandbox.remove());
  const start = (command: string) => runOnTerminal(command, sandbox.home, sandbox.environment);

  test('[TR1] age -d opens an export with the passphrase that was typed twice', async () => {
    const exporting = start('keystow export --output backup.age');
    await answer(exporting, 'Choose a passphrase for the export:', 'correct horse');
    await answer(exporting, 'Repeat the passphrase:', 'correct horse');
    expect(await exporting.exit).toBe(0);
    const opening = start('age -d backup.age | grep -c s3cret');
    await answer(opening, 'Enter passphrase', 'correct horse');
    expect(await opening.exit).toBe(0);
  });

  test('[TR2] import opens what age -p has encrypted, and asks again after a wrong passphrase', async () => {
    const document =
      '{"format":"keystow-export","version":1,"credentials":[{"service":"a","account":"b","secret":"s3cret"}]}';
    const encrypting = start(`printf '%s' '${document}' | age -p -o made.age`);
    await answer(encrypting, 'Enter passphrase', 'correct horse');
    await answer(encrypting, 'Confirm passphrase', 'correct horse');
    expect(await encrypting.exit).toBe(0);
    const importing = start('keystow import age made.age');
    await answer(importing, 'Enter the passphrase of the export:', 'wrong');
    await importing.waitFor('wrong passphrase, try again');
    await answer(importing, 'Enter the passphrase of the export:', 'correct horse');
    expect(await importing.exit).toBe(0);
    expect(sandbox.run('keystow get a b').stdout).toBe('s3cret');
  });

  test('Ctrl-C at each prompt exits with 130, and writes nothing', async () => {
    const first = start('keystow export --output backup.age');
    await first.waitFor('Choose a passphrase for the export:');
    first.type(ctrlC);
    expect(await first.exit).toBe(130);
    const second = start('keystow export --output backup.age');
    await answer(second, 'Choose a passphrase for the export:', 'correct horse');
    await second.waitFor('Repeat the passphrase:');
    second.type(ctrlC);
    expect(await second.exit).toBe(130);
    expect(sandbox.run('ls backup.age .backup* 2>/dev/null').stdout).toBe('');
  });

  test('an export is never written to a terminal', async () => {
    for (const options of ['', ' --plain']) {
      const exporting = start(`keystow export${options}`);
      expect(await exporting.exit).toBe(2);
      expect(exporting.shown()).toContain('an export is not written to a terminal');
    }
    const toDevice = start('keystow export --plain --force --output /dev/tty');
    expect(await toDevice.exit).toBe(2);
  });

  test('if the disk is full, the old file stays, and no temporary one', () => {
    sandbox.run('echo old >backup.age');
    const { exit, stderr } = sandbox.run(
      'ulimit -f 0; trap "" XFSZ; keystow export --plain --force --output backup.age',
    );
    expect({ exit, stderr }).toMatchObject({ exit: 1, stderr: expect.stringContaining('cannot write backup.age') });
    expect(readFileSync(join(sandbox.home, 'backup.age'), 'utf8')).toBe('old\n');
    expect(sandbox.run('ls -A | grep tmp').stdout).toBe('');
  });
});
