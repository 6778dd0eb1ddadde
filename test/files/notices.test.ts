import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createNoticeMemory } from '../../src/adapters/files/markers.ts';
import { newPlace } from '../encrypted-file/place.ts';

test('a cause is explained once, in all processes, until it is forgotten', () => {
  const { path, folder } = newPlace();
  writeFileSync(path, 'text');
  const [memory, another] = [createNoticeMemory(path), createNoticeMemory(path)];
  expect([memory.isFirst('locked'), memory.isFirst('locked'), another.isFirst('locked')]).toEqual([true, false, false]);
  expect([another.isFirst('no-bus'), memory.isFirst('no-bus')]).toEqual([true, false]);
  another.forget();
  expect(readdirSync(folder)).toEqual(['credentials.json']);
  expect(memory.isFirst('locked')).toBe(true);
});

test('a cause is explained each time if that cannot be remembered', () => {
  const { path, folder } = newPlace();
  const memory = createNoticeMemory(join(folder, 'absent', path));
  expect([memory.isFirst('locked'), memory.isFirst('locked')]).toEqual([true, true]);
  memory.forget();
  rmSync(folder, { recursive: true });
  createNoticeMemory(path).forget();
});
