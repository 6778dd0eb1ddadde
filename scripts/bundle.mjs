// What rolldown.config.ts says, without the list of all files that rolldown's own command prints.
import { build } from 'rolldown';
import { loadConfig } from 'rolldown/config';

// In turn: the first of those that share a folder cleans it.
for (const options of await loadConfig('rolldown.config.ts')) await build(options);
