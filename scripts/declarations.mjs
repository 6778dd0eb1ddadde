// Bundles the declarations that tsc wrote into one file for each entry of `exports`, for ES modules and for CommonJS.
// API Extractor brings its own TypeScript, and fails if an entry uses a type that it doesn't export.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';

const root = resolve(import.meta.dirname, '..');
const types = join(root, 'dist/types');
const folder = join(root, 'dist/declarations');

const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

// The testing entries use the declarations that tsc writes.
const entries = Object.keys(exports).filter((entry) => !/^\.\/(package\.json|testing)/.test(entry));
for (const entry of entries) {
  const name = entry === '.' ? 'index' : entry.slice('./'.length);
  const bundled = join(folder, `${name}.d.mts`);
  if (isNewerThanAll(bundled, types)) continue;
  mkdirSync(folder, { recursive: true });
  rmSync(bundled, { force: true });
  const configObject = {
    projectFolder: root,
    mainEntryPointFilePath: join(types, 'library', `${name}.d.ts`),
    compiler: { tsconfigFilePath: join(root, 'tsconfig.json') },
    dtsRollup: { enabled: true, untrimmedFilePath: bundled },
    docModel: { enabled: true, apiJsonFilePath: join(folder, `${name}.api.json`) },
    messages: {
      extractorMessageReporting: {
        default: { logLevel: 'error' },
        'ae-missing-release-tag': { logLevel: 'none' },
        'ae-unresolved-link': { logLevel: 'none' },
      },
      compilerMessageReporting: { default: { logLevel: 'error' } },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
  });
  if (Extractor.invoke(config, { localBuild: true }).succeeded) {
    writeFileSync(bundled, declareGlobals(readFileSync(bundled, 'utf8')));
    copyFileSync(bundled, join(folder, `${name}.d.cts`));
  } else {
    rmSync(bundled, { force: true });
    process.exitCode = 1;
  }
}

/** Makes the declarations compile without `@types/node` and the DOM, and with any `lib`. */
function declareGlobals(text) {
  const reference = /\bAsyncDisposable\b/.test(text) ? '/// <reference lib="esnext.disposable" />\n\n' : '';
  const signal = /\bAbortSignal\b/.test(text) ? '\ndeclare global {\n    interface AbortSignal {}\n}\n' : '';
  return reference + text + signal;
}

function isNewerThanAll(file, folder) {
  const modified = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = readdirSync(folder, { recursive: true }).map((path) => statSync(join(folder, path)).mtimeMs);
  return inputs.every((input) => input < modified);
}
