import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAnsweredPrompts } from '../../src/adapters/process/answered-prompts.ts';

const hash = 'a'.repeat(64);
let folder: string;
const open = () => createAnsweredPrompts(join(folder, 'credentials.json'));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keystow-prompts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a prompt that was answered is remembered, with nothing but its hash and the caller', () => {
  expect(open().has(hash)).toBe(false);
  open().add(hash);
  open().add(hash);
  expect(open().has(hash)).toBe(true);
  expect(open().has('b'.repeat(64))).toBe(false);
  const [file = '', ...more] = readdirSync(folder);
  expect(more).toEqual([]);
  expect(file).toMatch(new RegExp(`^\\.answered-${process.ppid}-\\d*-${hash}$`));
  expect(statSync(join(folder, file))).toMatchObject({ size: 0 });
});

test('after ten minutes it is forgotten, and the next answer removes its file', () => {
  open().add(hash);
  const [file = ''] = readdirSync(folder);
  const old = Date.now() / 1000 - 11 * 60;
  utimesSync(join(folder, file), old, old);
  expect(open().has(hash)).toBe(false);
  open().add('b'.repeat(64));
  expect(readdirSync(folder)).toEqual([expect.stringContaining('-bbb')]);
});

test('a folder that is absent or read-only is no error', () => {
  rmSync(folder, { recursive: true });
  open().add(hash);
  expect(open().has(hash)).toBe(false);
  folder = mkdtempSync(join(tmpdir(), 'keystow-prompts-'));
  chmodSync(folder, 0o500);
  expect(() => open().add(hash)).not.toThrow();
});
