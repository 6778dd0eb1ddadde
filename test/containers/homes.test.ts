import { expect } from 'vitest';
import type { DoctorReport } from '../../src/app/doctor/examine.ts';
import { situations } from './situations.ts';
import { test } from './started.ts';

const name = 'keyctl blocked';

/** A home directory that can't be written doesn't change the selection. */
function expectSameSelection({ stdout }: { readonly stdout: string }): void {
  const { selection, storage } = JSON.parse(stdout) as DoctorReport;
  const situation = situations.find((one) => one.name === name);
  expect(selection).toMatchObject({ outcome: 'selected', store: 'file', warnings: [] });
  expect(selection.skipped.map(({ store, reason }) => [store, reason])).toEqual(situation?.skipped);
  expect(storage).toMatchObject({ label: 'Encrypted file (sealed by home directory)', store: 'file' });
}

const refused = (what: RegExp) => ({ stdout: '', stderr: expect.stringMatching(what), exit: 1 });

test.concurrent('read-only home: changes fail with an error, and nothing is lost', async ({ started, volume }) => {
  const home = await volume();
  const before = await started(name, { volume: home });
  expect(await before.run('printf %s s3cret | keystow set demo alice')).toMatchObject({ exit: 0 });
  await before.stop();

  const { run } = await started(name, { volume: home, readOnly: true });
  const readOnly = /credentials\.json cannot be locked: read-only file system\n {2}hint: .*read-only/;
  expect(await run('printf %s other | keystow set demo alice')).toEqual(refused(readOnly));
  expect(await run('keystow delete demo alice')).toEqual(refused(readOnly));
  expect(await run('keystow get demo alice')).toMatchObject({ stdout: 's3cret', exit: 0 });
  expect(await run('keystow list')).toMatchObject({ stdout: 'demo\talice\n', exit: 0 });
  const report = await run('keystow doctor --json');
  expectSameSelection(report);
  expect(report.exit).toBe(1);
  expect((JSON.parse(report.stdout) as DoctorReport).storage.problems).toEqual([
    expect.stringContaining('cannot be written: read-only file system'),
  ]);
});

test.concurrent('home on a full disk: changes fail with an error, and nothing is lost', async ({ started }) => {
  const { run } = await started(name, { inMemory: 'uid=1000,gid=1000,mode=700,size=64k' });
  expect(await run('printf %s s3cret | keystow set demo alice')).toMatchObject({ exit: 0 });
  const files = 'cd ~/.config/keystow && sha256sum * && ls -a';
  const before = await run(files);
  expect(await run('cat /dev/zero >~/fill')).toMatchObject({ stderr: expect.stringContaining('No space left') });

  const full =
    /credentials\.json(\.[0-9a-f]{16})? cannot be (written|taken): no space left on device\n {2}hint: .*the old file is unchanged/;
  expect(await run('head -c 9000 /dev/urandom | keystow set demo alice --raw')).toEqual(refused(full));
  expect(await run('printf %s other | keystow set demo bob')).toEqual(refused(full));
  expect(await run('keystow delete demo alice')).toEqual(refused(full));
  expect(await run('keystow get demo alice')).toMatchObject({ stdout: 's3cret', exit: 0 });
  expectSameSelection(await run('keystow doctor --json'));
  expect(await run(files)).toEqual(before);

  await run('rm ~/fill');
  expect(await run('printf %s other | keystow set demo alice')).toMatchObject({ exit: 0 });
  expect(await run('keystow get demo alice')).toMatchObject({ stdout: 'other', exit: 0 });
});
