import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DoctorReport } from '../../src/app/doctor/examine.ts';
import { type Container, startContainer } from './container.ts';
import { type Situation, situations } from './situations.ts';

const done = (stdout: string) => ({ stdout, exit: 0 });

for (const situation of situations) describe.concurrent(situation.name, () => hold(situation));

function hold(situation: Situation): void {
  const { selected } = situation;
  let container: Container;

  beforeAll(async () => {
    container = await startContainer(situation);
  });
  afterAll(() => container?.stop());

  test.sequential(`doctor selects ${selected} and reports the reasons`, async ({ expect }) => {
    const { selection, storage } = await doctor(container);
    expect(selection).toMatchObject({ outcome: 'selected', store: selected });
    expect(selection).toMatchSnapshot();
    expect(selection.skipped.map(({ store, reason }) => [store, reason])).toEqual(situation.skipped);
    expect(storage.label).toBe('No credentials stored');
  });

  test.sequential('a credential is set, read, listed and deleted', async () => {
    const where = selected === 'file' ? 'the encrypted file' : 'the Secret Service';
    expect((await container.run('printf %s s3cret | keystow set demo alice')).stdout).toContain(
      `stored demo alice in ${where}`,
    );
    expect(await container.run('keystow get demo alice')).toMatchObject(done('s3cret'));
    expect(await container.run('keystow list demo')).toMatchObject(done('demo\talice\n'));
    const { storage } = await doctor(container);
    const label = selected === 'file' ? 'Encrypted file (sealed by home directory)' : 'OS keyring';
    expect(storage).toMatchObject({ store: selected, label });
    expect(await container.run('grep -E "demo|alice|keystow" /proc/keys')).toEqual({ stdout: '', stderr: '', exit: 1 });
    expect(await container.run('keystow delete demo alice')).toMatchObject({ exit: 0 });
    expect(await container.run('keystow get demo alice')).toMatchObject({ stdout: '', exit: 1 });
  });

  if (selected === 'secret-service')
    test.sequential('the store passes the contract and the model test', async () => {
      if (situation.prepare !== undefined) await container.run(situation.prepare, 120);
      const { stdout, stderr, exit } = await container.run(
        'NO_COLOR=1 node /keystow/test/containers/inside/run.mjs',
        180,
      );
      expect(exit, stdout + stderr).toBe(0);
      expect(stdout).toMatch(/Tests +[6-9]\d passed \(/);
    });

  if (situation.fixedReasons !== undefined)
    test.sequential('the fixes that doctor prints lead to the OS keyring', async () => {
      const { stdout, stderr } = await container.run('node /keystow/test/containers/inside/apply-fixes.mjs', 300);
      expect(stderr).toBe('');
      const { met, report } = JSON.parse(stdout) as { met: string[]; report: DoctorReport };
      expect(met).toEqual(situation.fixedReasons);
      expect(report.selection).toMatchObject({ outcome: 'selected', store: 'secret-service' });
      expect(report.storage).toMatchObject({ label: 'OS keyring', store: 'secret-service' });
    });
}

async function doctor(container: Container): Promise<DoctorReport> {
  const { stdout, stderr, exit } = await container.run('keystow doctor --json');
  expect({ stderr, exit }).toEqual({ stderr: '', exit: 0 });
  return JSON.parse(stdout);
}
