import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { needsPosix } from '../support/needs.ts';

const root = resolve(import.meta.dirname, '../..');
const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly bin: Record<string, string>;
};

test.each(Object.entries(bin))(
  '%s can be run after every build, also in a clone that npm has linked before',
  needsPosix,
  (_, file) => {
    expect(statSync(join(root, file)).mode & 0o111).toBe(0o111);
  },
);
