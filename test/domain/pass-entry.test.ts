import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePassEntry, toPassEntry } from '../../src/domain/entries/pass-entry.ts';

const part = fc
  .oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 150 }))
  .filter((text) => !text.includes('\0'));
const name = fc.record({ service: part, account: part });

describe('the entry of a credential', () => {
  test('reads as its service and account do, where they are plain', () => {
    expect(toPassEntry({ service: 'github.com', account: 'alice-b_1' })).toBe('keystow/github.com/alice-b_1');
  });

  test('escapes what a file system or pass might take otherwise', () => {
    expect(toPassEntry({ service: '../A', account: '.é+' })).toBe('keystow/%2e%2e%2f%41/%2e%c3%a9%2b');
  });

  test('goes on in a further folder where it is long', () => {
    const [service, account] = ['s'.repeat(250), 'a'];
    expect(toPassEntry({ service, account })).toBe(
      `keystow/${'s'.repeat(120)}+/${'s'.repeat(120)}+/${'s'.repeat(10)}/${account}`,
    );
  });

  test('gives the name back', () => {
    fc.assert(
      fc.property(name, (kept) => {
        expect(parsePassEntry(toPassEntry(kept) ?? '')).toEqual(kept);
      }),
    );
  });

  test('is one path of short plain parts, none of which is hidden or a way up', () => {
    fc.assert(
      fc.property(name, (kept) => {
        for (const folder of (toPassEntry(kept) ?? '').split('/'))
          expect(folder).toMatch(/^(?!\.{1,2}$)[a-z0-9_%.-]{1,120}\+?$/);
      }),
    );
  });

  test.each(['keystow', 'keystow/a', 'other/a/b', 'keystow/a/b/c', 'keystow/A/b', 'keystow/%zz/b', 'keystow/a+/b+'])(
    '%s is nobody’s',
    (entry) => {
      expect(parsePassEntry(entry)).toBeUndefined();
    },
  );
});

test('an entry may have 3,000 bytes, and no more', () => {
  const entry = (length: number) => toPassEntry({ service: '%'.repeat(920), account: 'a'.repeat(length) });
  expect(entry(185)).toHaveLength(3_000);
  expect(entry(186)).toBeUndefined();
});

test('a name that is too long for a path has no entry', () => {
  expect(toPassEntry({ service: 'é'.repeat(500), account: 'a' })).toBeUndefined();
});
