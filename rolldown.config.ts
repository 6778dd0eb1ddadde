import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig, type RolldownOptions } from 'rolldown';
import { lateSegmenter } from './scripts/late-segmenter.ts';
import { licenses } from './scripts/licenses.ts';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8')) as { readonly exports: Record<string, unknown> };

/** What programs import: each entry of `exports` is the file of its name in src/library, and `.` is index.ts there. What tests import is {@link testing}. */
const entries = Object.keys(exports)
  .filter((entry) => !/^\.\/(package\.json|testing)/.test(entry))
  .map((entry) => `src/library/${entry === '.' ? 'index' : entry.slice('./'.length)}.ts`);

const programs = ['keystow', 'jsm', 'difyctl', 'git-credential-keystow', 'docker-credential-keystow'];

/** Loaded by whoever installs the package: a native module, and one that brings a script of its own. */
const external = ['@napi-rs/keyring', 'open'];

const common: RolldownOptions = {
  platform: 'node',
  // yargs would resolve a configuration file that extends another by it; there is none.
  checks: { emptyImportMeta: false },
  external,
  plugins: [licenses],
  // hash-wasm's modules, of which argon2id alone is taken.
  resolve: { mainFields: ['module', 'main'] },
};

/**
 * yargs measures its columns by two versions of string-width, each of which makes a segmenter of graphemes as it is loaded.
 * The newer of the two needs none for text in ASCII.
 */
const stringWidth = createRequire(createRequire(import.meta.url).resolve('yargs')).resolve('string-width');

/** CommonJS, because Node starts it faster than modules; a chunk each for what is loaded when it is needed. */
const executables: RolldownOptions = {
  ...common,
  input: programs.map((program) => `src/cli/bin/${program}.ts`),
  plugins: [lateSegmenter, licenses],
  resolve: { ...common.resolve, alias: { 'string-width': stringWidth } },
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    minify: true,
    dynamicImportInCjs: false,
    entryFileNames: '[name].cjs',
    // A program's commands are in a module of its name.
    chunkFileNames: ({ name }) => (programs.includes(name) ? `${name}-program.cjs` : '[name].cjs'),
    // One file of what is loaded together, where there would be several: each takes 0.2 ms.
    codeSplitting: {
      groups: [
        {
          name: 'fast-path',
          priority: 2,
          test: /rolldown.runtime\.js$|src.(cli.fast-path|profiles.\w+|adapters.files.(abort|folders)|domain.(secret|credential-error|text.(messages|escape)))\.ts$/,
        },
        { name: 'start', priority: 1, test: /src.(cli.(main|command|output.(text|line))|app.sign-in.session)\.ts$/ },
      ],
    },
  },
};

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

export default defineConfig([executables, ...library, testing, nativeLibrary]);
