import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { defineConfig, type Plugin, type PluginContext, type RolldownOptions } from 'rolldown';
import { compileEagerly } from './scripts/compile-eagerly.ts';
import { licenses } from './scripts/licenses.ts';
import { rawText } from './scripts/raw-text.ts';

const { exports, engines } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly exports: Record<string, unknown>;
  readonly engines: { readonly node: string };
};

/** What programs import: each entry of `exports` is the file of its name in src/library, and `.` is index.ts there. What tests import is {@link testing}. */
const entries = Object.keys(exports)
  .filter((entry) => !/^\.\/(package\.json|testing)/.test(entry))
  .map((entry) => `src/library/${entry === '.' ? 'index' : entry.slice('./'.length)}.ts`);

const programs = [
  'keystow',
  'jsm',
  'difyctl',
  'git-credential-keystow',
  'docker-credential-keystow',
  'cargo-credential-keystow',
  'terraform-credentials-keystow',
  'bazel-credential-keystow',
  'keystow-vault-client',
  'keystow-askpass',
];

/** The programs that have a fast path: {@link fastPaths} print a secret or answer a request, and load the full program otherwise. */
const withFastPath = ['keystow', 'jsm', 'difyctl', 'git-credential-keystow', 'docker-credential-keystow'];

/** Loaded by whoever installs the package: a native module, and one that brings a script of its own. */
const external = ['@napi-rs/keyring', 'open'];

const common: RolldownOptions = {
  platform: 'node',
  checks: {
    // yargs would resolve a configuration file that extends another by it; there is none.
    emptyImportMeta: false,
    // What a reader imports when it's needed is imported by the store from the start.
    ineffectiveDynamicImport: false,
    // yargs exports itself under a name that is a string, and CommonJS has no other names.
    toleratedTransform: false,
  },
  external,
  plugins: [rawText, licenses],
  // hash-wasm's modules, of which argon2id alone is taken.
  resolve: { mainFields: ['module', 'main'] },
};

/** The files that Node starts with are in a syntax that this version parses, so that {@link rejectOldNodes} can run. */
const oldestParser = 'node12';

/** A statement that runs `reject`, a statement too, on a Node older than `engines` says. `message` is an expression for it. */
function rejectOldNodes(name: string, reject: (message: string) => string): string {
  const oldest = engines.node.replace('>=', '');
  const [major, minor] = oldest.split('.');
  const isOld = `(function(v){return v[0]<${major}||v[0]==${major}&&v[1]<${minor}})(process.versions.node.split("."))`;
  return `if(${isOld}){${reject(`"${name} needs Node.js ${oldest} or newer; this is "+process.version`)}}`;
}

/** Docker reads errors from stdout. */
function rejectOldNodesOf({ isEntry, name }: { readonly isEntry: boolean; readonly name: string }): string {
  if (!isEntry || !programs.includes(name)) return '';
  return rejectOldNodes(name, (message) =>
    name.startsWith('docker-')
      ? `console.log(${message});console.error(${message});process.exit(1)`
      : `console.error(${message});process.exit(1)`,
  );
}

/**
 * yargs measures its columns by two versions of string-width, each of which makes a segmenter of graphemes as it is loaded
 * (10 ms). This uses one for both.
 */
const stringWidth = createRequire(createRequire(import.meta.url).resolve('yargs')).resolve('string-width');

/** CommonJS, because Node starts it faster than modules; a chunk each for what is loaded when it is needed. */
const executables: RolldownOptions = {
  ...common,
  preserveEntrySignatures: 'allow-extension',
  transform: { target: oldestParser },
  input: programs.map(
    (program) => `src/cli/bin/${withFastPath.includes(program) ? `full/${program}-full` : program}.ts`,
  ),
  resolve: { ...common.resolve, alias: { 'string-width': stringWidth } },
  output: {
    dir: 'dist/bin',
    cleanDir: true,
    format: 'cjs',
    minify: true,
    // The first statement, also before those that `compileEagerly` moves to the start.
    postBanner: rejectOldNodesOf,
    // V8 takes a fifth more time to parse a file with other characters.
    charset: 'ascii',
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
        {
          name: 'encrypted-file',
          test: /src.(adapters.encrypted-file.(encrypted-file|file-reader|envelope-file|key-cache|kdf|payload|seal)|domain.envelope.(?!file-record)[\w-]+)\.ts$/,
          includeDependenciesRecursively: false,
        },
        {
          name: 'secret-service',
          test: /src.adapters.secret-service.(?!start-provider|dbus.(session-bus|handshake))/,
          includeDependenciesRecursively: false,
        },
        // What programs share. Rolldown would move it into the file that one of them starts with, and the others would run that.
        { name: 'token-response', test: /src.domain.token-response\.ts$/, includeDependenciesRecursively: false },
        { name: 'dify', test: /src.domain.sign-in.dify\.ts$/, includeDependenciesRecursively: false },
      ],
    },
  },
};

/** What a successful read imports when it needs it. If two of one store shared a module, each read would load another file. */
const importedByReads =
  /(file-reader|large-file|secret-service-reader|unlock|matches|process-activity|permissions|-full)\.ts$/;

/** What else is imported when it's needed reports or fixes a problem. Here the import fails, so that the full program runs. */
const leaveToFullProgram: Plugin = {
  name: 'leave-to-full-program',
  resolveId: (source, _, { kind }) =>
    kind === 'dynamic-import' && !importedByReads.test(source) ? 'left-to-full-program' : null,
  load: (id) => (id === 'left-to-full-program' ? 'throw new Error("left to the full program");' : null),
};

/**
 * The fast path of a program is one file, and another for the store that is read: each file takes as long to load as 4 KB
 * of code. They have copies of their own, with nothing but what a read needs. If it can't print the secret, the full
 * program starts over from its own chunks.
 */
const fastPaths = withFastPath.map((program): RolldownOptions => {
  const isFull = (id: string) => id.endsWith(`${program}-full.ts`);
  return {
    ...common,
    input: `src/cli/bin/${program}.ts`,
    external: isFull,
    plugins: [rawText, leaveToFullProgram, compileEagerly],
    transform: { target: oldestParser },
    preserveEntrySignatures: 'allow-extension',
    output: {
      ...executables.output,
      cleanDir: false,
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [{ debugName: program, name: (id, bundle) => (isLoadedAtStart(id, bundle) ? program : null) }],
      },
      chunkFileNames: `${program}-[name].cjs`,
      paths: (id) => (isFull(id) ? `./${program}-full.cjs` : id),
      dynamicImportInCjs: false,
    },
  };
});

/** Whether the entry imports a module, other than by `import()`. */
function isLoadedAtStart(id: string, modules: Pick<PluginContext, 'getModuleInfo'>): boolean {
  // Both stores need the one. Only the encrypted file needs what the entry imports of the other.
  if (/rolldown.runtime\.js$|src.domain.secret\.ts$/.test(id)) return true;
  const info = /src.domain.envelope/.test(id) ? null : modules.getModuleInfo(id);
  return info !== null && (info.isEntry || info.importers.some((importer) => isLoadedAtStart(importer, modules)));
}

/** What programs import and require: not minified, so that their stacks can be read. */
const library = [
  { folder: 'esm', format: 'esm', extension: 'mjs' },
  { folder: 'cjs', format: 'cjs', extension: 'cjs' },
].map(
  ({ folder, format, extension }): RolldownOptions => ({
    ...common,
    input: entries,
    plugins: [rawText, licenses, compileEagerly],
    preserveEntrySignatures: 'allow-extension',
    output: {
      dir: `dist/${folder}`,
      cleanDir: true,
      format: format as 'esm' | 'cjs',
      // Both save 4 % of a read: the declarations have the comments, and V8 takes longer to parse a file with other characters.
      comments: { jsdoc: false },
      charset: 'ascii',
      // `require` gives the functions of keytar itself, beside the default that modules import.
      exports: 'named',
      postBanner: ({ isEntry }) =>
        isEntry ? rejectOldNodes('keystow', (message) => `throw new Error(${message})`) : '',
      entryFileNames: `[name].${extension}`,
      // Beside the entries: what looks for the package's own folder counts on that.
      chunkFileNames: `[name].${extension}`,
      // Each module takes Node 0.3 ms, so what is loaded together is one file.
      codeSplitting: {
        includeDependenciesRecursively: false,
        groups: [
          { debugName: 'core', name: (id, bundle) => (isImportedByEntry(id, bundle) ? 'core' : null) },
          {
            debugName: 'secret-service',
            name: (id, bundle) =>
              isImportedBy(/secret-service.secret-service\.ts$/, id, bundle) ? 'secret-service' : null,
          },
          {
            name: 'secret-service-changes',
            test: /src.adapters.secret-service.(items.(change-items|matches)|probe|to-error|unlock)\.ts$/,
          },
        ],
      },
    },
  }),
);

function isImportedByEntry(id: string, modules: Pick<PluginContext, 'getModuleInfo'>): boolean {
  if (/rolldown.runtime\.js$/.test(id)) return true;
  const info = modules.getModuleInfo(id);
  return info !== null && (info.isEntry || info.importers.some((importer) => isImportedByEntry(importer, modules)));
}

/** Whether a module is this one, or imported by it other than by `import()`. */
function isImportedBy(importer: RegExp, id: string, modules: Pick<PluginContext, 'getModuleInfo'>): boolean {
  return (
    importer.test(id) ||
    (modules.getModuleInfo(id)?.importers.some((other) => isImportedBy(importer, other, modules)) ?? false)
  );
}

/** The fault kit and the contract suite, for other people's tests. vitest can't be required, and so the suite can't. */
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

const requiredTesting: RolldownOptions = {
  input: { index: 'test/faults/index.ts' },
  platform: 'node',
  output: { dir: 'dist/testing', format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name].cjs' },
};

/** What the fault kit has a program load in place of the native binding, which is CommonJS. */
const nativeLibrary: RolldownOptions = {
  input: 'test/faults/native-library.ts',
  platform: 'node',
  output: { dir: 'dist/testing', format: 'cjs', entryFileNames: '[name].cjs' },
};

export default defineConfig([executables, ...fastPaths, ...library, testing, requiredTesting, nativeLibrary]);
