// What rolldown.config.ts says, without the list of all files that rolldown's own command prints.
import { writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import { loadConfig } from 'rolldown/config';

// In turn: the first of those that share a folder cleans it.
for (const options of await loadConfig('rolldown.config.ts')) await build(options);

// Node looks for the package that a file belongs to when that file first requires another, and reads the first it finds.
writeFileSync('dist/bin/package.json', '{"type":"commonjs"}\n');
