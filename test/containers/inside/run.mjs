// Runs the contract and the model test over the Secret Service of the session, in a container that has the project
// read-only: nothing is written beside the tests, as a configuration that has to be compiled would be.
import { startVitest } from 'vitest/node';

await startVitest('test', [], {
  config: false,
  root: import.meta.dirname,
  watch: false,
  testTimeout: 30_000,
  hookTimeout: 30_000,
});
