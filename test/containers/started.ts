import { test as base } from 'vitest';
import { type Container, type Home, startContainer } from './container.ts';
import { docker } from './docker.ts';
import { labels } from './leftovers.ts';
import { situations } from './situations.ts';

interface Fixtures {
  /** Clean-up functions, run in reverse order when the test ends. */
  readonly end: (() => Promise<unknown>)[];
  /** Starts a container in the named situation. */
  readonly started: (name: string, home?: Home) => Promise<Container>;
  /** Creates a volume for a home directory. Request it before the containers that use it. */
  readonly volume: () => Promise<string>;
}

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest requires the destructuring
  end: async ({}, use) => {
    const ends: (() => Promise<unknown>)[] = [];
    await use(ends);
    for (const end of ends.reverse()) await end();
  },
  started: ({ end }, use) =>
    use(async (name, home) => {
      const situation = situations.find((one) => one.name === name);
      if (situation === undefined) throw new Error(`unknown situation: ${name}`);
      const container = await startContainer(situation, home);
      end.push(() => container.stop());
      return container;
    }),
  volume: ({ end }, use) =>
    use(async () => {
      const marks = Object.entries(labels).map(([key, value]) => `--label=${key}=${value}`);
      const name = (await docker('volume', 'create', ...marks)).trim();
      end.push(() => docker('volume', 'rm', name));
      return name;
    }),
});
