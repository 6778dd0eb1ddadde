import { afterEach } from 'vitest';
import { type Container, type Home, newVolume, startContainer } from './container.ts';
import { situations } from './situations.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A container with the situation of that name, until the test has ended. */
export async function started(name: string, home?: Home): Promise<Container> {
  const situation = situations.find((one) => one.name === name);
  if (situation === undefined) throw new Error(`a situation that nobody knows: ${name}`);
  const container = await startContainer(situation, home);
  ends.push(() => container.stop());
  return container;
}

/** A volume, until the test has ended; ask for it before the containers that use it. */
export function volume(): string {
  const { name, remove } = newVolume();
  ends.push(remove);
  return name;
}
