import { defineConfig, type RolldownOptions } from 'rolldown';

/** Loaded by whoever installs the package: a native module, and one that brings a script of its own. */
const external = ['@napi-rs/keyring', 'open'];

/** CommonJS, because Node starts it faster than modules; a chunk each for what is loaded when it is needed. */
const programs: RolldownOptions = {
  input: ['keystow', 'jsm', 'difyctl'].map((program) => `src/cli/${program}.ts`),
  platform: 'node',
  // yargs would resolve a configuration file that extends another by it; there is none.
  checks: { emptyImportMeta: false },
  external,
  // hash-wasm's modules, of which argon2id alone is taken.
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
  },
};

/** What the fault kit has a program load in place of the native binding. */
const testing: RolldownOptions = {
  input: 'test/faults/native-library.ts',
  platform: 'node',
  output: { dir: 'dist/testing', cleanDir: true, format: 'cjs', entryFileNames: '[name].cjs' },
};

export default defineConfig([programs, testing]);
