// Runs the contract and the model test against the session's Secret Service. The project is mounted read-only, so there's no
// configuration file: vitest would write its compiled form next to it.
import { startVitest } from 'vitest/node';

await startVitest('test', [], {
  config: false,
  root: import.meta.dirname,
  watch: false,
  testTimeout: 30_000,
  hookTimeout: 30_000,
});
