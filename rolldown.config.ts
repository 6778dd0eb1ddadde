import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig, type RolldownOptions } from 'rolldown';
import { licenses } from './scripts/licenses.ts';
import { rawText } from './scripts/raw-text.ts';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly exports: Record<string, unknown> };

/** What programs import: each entry of `exports` is the file of its name in src/library, and `.` is index.ts there. What tests import is {@link testing}. */
const entries = Object.keys(exports)
  .filter((entry) => !/^\.\/(package\.json|testing)/.test(entry))
  .map((entry) => `src/library/${entry === '.' ? 'index' : entry.slice('./'.length)}.ts`);

const programs = ['keystow', 'jsm', 'difyctl', 'git-credential-keystow', 'docker-credential-keystow'];

/** The programs that have a fast path: {@link fastPaths} print a secret, and load the full program otherwise. */
const withFastPath = ['keystow', 'jsm', 'difyctl'];

/** Loaded by whoever installs the package: a native module, and one that brings a script of its own. */
const external = ['@napi-rs/keyring', 'open'];

const common: RolldownOptions = {
  platform: 'node',
  // yargs would resolve a configuration file that extends another by it; there is none.
  checks: { emptyImportMeta: false },
  external,
  plugins: [rawText, licenses],
  // hash-wasm's modules, of which argon2id alone is taken.
  resolve: { mainFields: ['module', 'main'] },
};

/**
 * yargs measures its columns by two versions of string-width, each of which makes a segmenter of graphemes as it is loaded
 * (10 ms). This uses one for both.
 */
const stringWidth = createRequire(createRequire(import.meta.url).resolve('yargs')).resolve('string-width');

/** CommonJS, because Node starts it faster than modules; a chunk each for what is loaded when it is needed. */
const executables: RolldownOptions = {
  ...common,
  input: programs.map((program) => `src/cli/bin/${program}${withFastPath.includes(program) ? '-full' : ''}.ts`),
  resolve: { ...common.resolve, alias: { 'string-width': stringWidth } },
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    // A program's commands are in a module of its name.
    chunkFileNames: ({ name }) => (programs.includes(name) ? `${name}-program.cjs` : '[name].cjs'),
    // One file of what is loaded together, where there would be several: each takes 0.2 ms.
    codeSplitting: {
      groups: [
        {
          name: 'start',
          test: /rolldown.runtime\.js$|src.(cli.(main|command|output.text|fast-path)|app.sign-in.session|profiles.\w+|adapters.files.abort|domain.(secret|credential-error|profile|text.(messages|escape)))\.ts$/,
        },
      ],
    },
  },
};

/**
 * The fast path of a program is one file, and one for each store, with its own copies of what a read needs and nothing else
 * of those modules. If it can't print the secret, the full program starts over from its own chunks.
 */
const fastPaths = withFastPath.map((program): RolldownOptions => {
  const isFull = (id: string) => id.endsWith(`${program}-full.ts`);
  return {
    ...common,
    input: `src/cli/bin/${program}.ts`,
    external: isFull,
    plugins: [rawText],
    output: {
      ...executables.output,
      cleanDir: false,
      codeSplitting: {
        groups: [{ name: 'shared', test: /src.(cli.fast-path|domain.(secret|credential-error))\.ts$/ }],
      },
      chunkFileNames: `${program}-[name].cjs`,
      paths: (id) => (isFull(id) ? `./${program}-full.cjs` : id),
      dynamicImportInCjs: false,
    },
  };
});

/** What programs import and require: not minified, so that their stacks can be read. */
const library = [
  { folder: 'esm', format: 'esm', extension: 'mjs' },
  { folder: 'cjs', format: 'cjs', extension: 'cjs' },
].map(
  ({ folder, format, extension }): RolldownOptions => ({
    ...common,
    input: entries,
    output: {
      dir: `dist/${folder}`,
      cleanDir: true,
      format: format as 'esm' | 'cjs',
      // `require` gives the functions of keytar itself, beside the default that modules import.
      exports: 'named',
      entryFileNames: `[name].${extension}`,
      // Beside the entries: what looks for the package's own folder counts on that.
      chunkFileNames: `[name].${extension}`,
    },
  }),
);

/** The fault kit and the contract suite, for other people's tests. */
const testing: RolldownOptions = {
  input: { index: 'test/faults/index.ts', contract: 'test/contract/index.ts' },
  platform: 'node',
  external: ['vitest', 'fast-check'],
  output: {
    dir: 'dist/testing',
    cleanDir: true,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
  },
};

/** What the fault kit has a program load in place of the native binding, which is CommonJS. */
const nativeLibrary: RolldownOptions = {
  input: 'test/faults/native-library.ts',
  platform: 'node',
  output: { dir: 'dist/testing', format: 'cjs', entryFileNames: '[name].cjs' },
};

export default defineConfig([executables, ...fastPaths, ...library, testing, nativeLibrary]);
