// Preloaded into a program: writes to the file in LOADED_MODULES, at its end, what it has loaded since.
const { writeFileSync } = require('node:fs');
const { builtinModules } = require('node:module');
const { basename } = require('node:path');

const before = new Set(process.moduleLoadList);
process.on('exit', () => {
  const native = process.moduleLoadList
    .filter((name) => !before.has(name))
    .map((name) => name.replace('NativeModule ', ''));
  const chunks = Object.keys(require.cache).filter((path) => path !== __filename);
  writeFileSync(
    process.env.LOADED_MODULES,
    JSON.stringify({
      chunks: chunks.map((path) => basename(path)),
      builtin: native.filter((name) => builtinModules.includes(name)),
    }),
  );
});
