// Copies the declarations of keystow/testing for programs that require it: the same files, marked as CommonJS.
import { cpSync, rmSync, writeFileSync } from 'node:fs';

const types = 'dist/testing/types';
rmSync(`${types}-cjs`, { recursive: true, force: true });
cpSync(types, `${types}-cjs`, { recursive: true });
writeFileSync(`${types}-cjs/package.json`, '{"type":"commonjs"}\n');
