import { defineConfig } from 'vitest/config';
import { tally } from './test/support/tally.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/containers/**', 'test/windows/**'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Shared machines stall now and then, and the daemons here are real. The tally names what took a second try.
    retry: process.env.CI ? 1 : 0,
    coverage: { include: ['src/**'], reporter: ['text-summary'] },
    reporters: ['default', tally],
  },
});
