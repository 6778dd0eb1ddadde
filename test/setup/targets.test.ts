import { describe, expect, test } from 'vitest';
import { planSetup } from '../../src/app/setup/setup.ts';
import type { ToolId } from '../../src/domain/setup/setup-tool.ts';
import { setupTools } from '../../src/domain/setup/tools.ts';
import { createSetupWorld } from './setup-world.ts';

const withTarget = setupTools.filter(({ target }) => target !== undefined).map(({ id }) => id);

describe('[SET69] a target that would change what else is in the configuration is rejected', () => {
  test.each(withTarget)('for %s: one that is empty, or has a line break or invisible characters', async (tool) => {
    const { setup } = createSetupWorld();
    for (const target of ['', 'a\nb', 'a\rb', 'a\0b', 'a\u202eb', 'a\ud800b', '\x1b[2J']) {
      await expect(planSetup(setup, { tool, target })).rejects.toMatchObject({ code: 'invalid-input' });
    }
  });

  test.each<[ToolId, readonly string[]]>([
    ['docker', ['https://alice:s3cret@ghcr.io', 'alice@ghcr.io', 'a"b', 'a b']],
    ['aws', ['a]b', '[a', 'a;b', 'a#b']],
    ['ansible', ['a,b', 'a@b', 'a b', 'a;b']],
    ['bazel', ['a=b', 'a b', 'https://a', "a'b", '*.*.a']],
    ['pnpm', ['../../etc', 'npm.example.com/a/../b', 'npm.example.com/a/%2e%2E/b', 'a//b', '.', 'a:s3cret@b']],
  ])('for %s', async (tool, targets) => {
    const { setup } = createSetupWorld();
    for (const target of targets) {
      const error = await planSetup(setup, { tool, target }).catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'invalid-input', hint: expect.any(String) });
      expect(String(error)).not.toContain('s3cret');
    }
  });

  test.each<[ToolId, readonly string[]]>([
    ['docker', ['ghcr.io', 'localhost:5000', 'https://index.docker.io/v1/', '[::1]:5000']],
    ['aws', ['work', 'my work', 'a.b@example.com', 'Zoë']],
    ['ansible', ['prod', 'prod-2', 'Zoë']],
    ['bazel', ['example.com', '*.example.com']],
    ['pnpm', ['npm.example.com', 'localhost:4873/npm/', 'https://npm.pkg.github.com', 'a.example/b.c/..d']],
  ])('but not the usual ones of %s', async (tool, targets) => {
    const { setup } = createSetupWorld();
    // pnpm can't run a script whose path contains a blank.
    const machine = { ...setup.machine, folder: '/home/a/.config/keystow' };
    for (const target of targets) {
      expect((await planSetup({ ...setup, machine }, { tool, target })).state).toBe('not-set-up');
    }
  });
});
