import { docker } from './docker.ts';

const label = 'keystow.tests';

/** Marks containers and volumes with the process that created them. */
export const labels = { [label]: String(process.pid) };

/** Removes the containers and volumes of runs that were killed. The tests create no networks. */
export async function setup(): Promise<void> {
  for (const id of await listOrphans('container', 'ls', '--all', '--format', `{{.ID}} {{.Label "${label}"}}`))
    await docker('container', 'rm', '--force', id);
  for (const name of await listOrphans('volume', 'ls', '--format', `{{.Name}} {{.Label "${label}"}}`))
    await docker('volume', 'rm', name);
}

async function listOrphans(...list: readonly string[]): Promise<string[]> {
  const lines = (await docker(...list, '--filter', `label=${label}`)).split('\n').filter((line) => line !== '');
  const made = lines.map((line) => line.split(' ') as [id: string, maker: string]);
  return made.filter(([, maker]) => !isRunning(Number(maker))).map(([id]) => id);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
