// What rolldown.config.ts says, without the list of all files that rolldown's own command prints.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { build } from 'rolldown';
import { loadConfig } from 'rolldown/config';

// In turn: the first of those that share a folder cleans it.
for (const options of await loadConfig('rolldown.config.ts')) await build(options);

// What `import` gets in a Node without the condition `module-sync` (before 20.19 and 22.10). An old Node would report the
// first syntax that it doesn't know, because it parses everything that is imported before it runs any of it. It parses what is
// required only after the check of its version.
for (const name of ['index', 'keytar']) {
  const path = `../cjs/${name}.cjs`;
  const exported = Object.keys(createRequire(import.meta.url)(`../dist/cjs/${name}.cjs`));
  const lines = [
    `import library from '${path}';`,
    'export default library.default;',
    ...exported.flatMap((key) => (key === 'default' ? [] : [`export var ${key} = library.${key};`])),
  ];
  writeFileSync(`dist/esm/${name}-by-require.mjs`, `${lines.join('\n')}\n`);
}

// Node looks for the package that a file belongs to when that file first requires another, and reads the first it finds.
writeFileSync('dist/bin/package.json', '{"type":"commonjs"}\n');
