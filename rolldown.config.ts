import { defineConfig, type RolldownOptions } from 'rolldown';
import { plainExports } from './scripts/plain-exports.ts';

const programs = ['keystow', 'jsm', 'difyctl', 'git-credential-keystow', 'docker-credential-keystow'];

/** Loaded by whoever installs the package: a native module, and one that brings a script of its own. */
const external = ['@napi-rs/keyring', 'open'];

/** CommonJS, because Node starts it faster than modules; a chunk each for what is loaded when it is needed. */
const executables: RolldownOptions = {
  input: programs.map((program) => `src/cli/${program}.ts`),
  platform: 'node',
  // yargs would resolve a configuration file that extends another by it; there is none.
  checks: { emptyImportMeta: false },
  external,
  plugins: [plainExports],
  // hash-wasm's modules, of which argon2id alone is taken.
  resolve: { mainFields: ['module', 'main'] },
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name].cjs',
    // One file of what is loaded together, where there would be several: each takes 0.2 ms.
    codeSplitting: {
      groups: [
        {
          name: 'start',
          test: /src.(cli.(main|shown)|app.(get-credential|read-session)|profiles.variables|adapters.files.abort|domain.secret)\.ts$/,
        },
        { name: 'secret-service-read', test: /adapters.secret-service.(visit|get-plainly|session-keeper)\.ts$/ },
      ],
    },
  },
};

/** What the fault kit has a program load in place of the native binding. */
const testing: RolldownOptions = {
  input: 'test/faults/native-library.ts',
  platform: 'node',
  output: { dir: 'dist/testing', cleanDir: true, format: 'cjs', entryFileNames: '[name].cjs' },
};

export default defineConfig([executables, testing]);
