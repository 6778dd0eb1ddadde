import { spawnSync } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { docker } from './docker.ts';
import { labels, setup } from './leftovers.ts';

const [label = '', own = ''] = Object.entries(labels)[0] ?? [];

async function volumeOf(maker: string): Promise<string> {
  const name = (await docker('volume', 'create', '--label', `${label}=${maker}`)).trim();
  onTestFinished(async () => {
    await docker('volume', 'rm', '--force', name);
  });
  return name;
}

test('what a run that was killed has left is removed at the next start, and what others use is not', async () => {
  const { pid } = spawnSync('true');
  const left = await volumeOf(String(pid));
  const used = await volumeOf(own);
  await setup();
  const there = (await docker('volume', 'ls', '--quiet')).split('\n');
  expect(there).not.toContain(left);
  expect(there).toContain(used);
});
