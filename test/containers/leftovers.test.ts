import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { docker } from './docker.ts';
import { labels, setup } from './leftovers.ts';

const [label = '', own = ''] = Object.entries(labels)[0] ?? [];

async function createVolume(maker: string): Promise<string> {
  const name = (await docker('volume', 'create', '--label', `${label}=${maker}`)).trim();
  onTestFinished(async () => {
    await docker('volume', 'rm', '--force', name);
  });
  return name;
}

test('the next run removes what a killed run left, and nothing that another run uses', async () => {
  const { pid } = spawnSync('true');
  const orphan = await createVolume(String(pid));
  const used = await createVolume(own);
  await setup();
  const volumes = (await docker('volume', 'ls', '--quiet')).split('\n');
  expect(volumes).not.toContain(orphan);
  expect(volumes).toContain(used);
});
