import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');

/** The ids that titles begin with, in square brackets: `SS3`. A transcript's title is its first comment. */
export function readTestIds(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.ts$|\btranscripts\b.*\.txt$/.test(file))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/(?:['"`]|^# )\[(R\d+|[A-Z]{2,4}\d+)\] /gm)])
    .map(([, id = '']) => id);
}

/** The ids that a text names. Rows have one letter and a number, tests two to four letters: only R is both. */
export function testIdsIn(text: string): readonly string[] {
  return text.match(/\b(?:R|[A-Z]{2,4})\d+\b/g) ?? [];
}
