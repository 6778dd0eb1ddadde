import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePassEntry, toPassEntry } from '../../src/domain/entry-names.ts';

const part = fc
  .oneof(fc.string({ minLength: 1, unit: 'grapheme' }), fc.string({ minLength: 1, maxLength: 150 }))
  .filter((text) => !text.includes('\0'));
const name = fc.record({ service: part, account: part });

describe('the entry of a credential', () => {
  test('is readable if service and account are plain', () => {
    expect(toPassEntry({ service: 'github.com', account: 'alice-b_1' })).toBe('keystow/github.com/alice-b_1');
  });

  test('is different for an empty account, which no name is escaped to', () => {
    expect(toPassEntry({ service: 'a', account: '' })).toBe('keystow/a/%00');
    expect(parsePassEntry('keystow/a/%00')).toEqual({ service: 'a', account: '' });
    expect(parsePassEntry('keystow/%00/a')).toBeUndefined();
    expect(toPassEntry({ service: 'a', account: '%00' })).toBe('keystow/a/%2500');
  });

  test('escapes characters that a file system or pass might treat specially', () => {
    expect(toPassEntry({ service: '../A', account: '.é+' })).toBe('keystow/%2e%2e%2f%41/%2e%c3%a9%2b');
  });

  test('continues in a subfolder if it is long', () => {
    const [service, account] = ['s'.repeat(250), 'a'];
    expect(toPassEntry({ service, account })).toBe(
      `keystow/${'s'.repeat(120)}+/${'s'.repeat(120)}+/${'s'.repeat(10)}/${account}`,
    );
  });

  test('parses to the name', () => {
    fc.assert(
      fc.property(name, (original) => {
        expect(parsePassEntry(toPassEntry(original) ?? '')).toEqual(original);
      }),
    );
  });

  test('is a path of short plain parts, none of them hidden or `..`', () => {
    fc.assert(
      fc.property(name, (original) => {
        for (const folder of (toPassEntry(original) ?? '').split('/'))
          expect(folder).toMatch(/^(?!\.{1,2}$)[a-z0-9_%.-]{1,120}\+?$/);
      }),
    );
  });

  test.each(['keystow', 'keystow/a', 'other/a/b', 'keystow/a/b/c', 'keystow/A/b', 'keystow/%zz/b', 'keystow/a+/b+'])(
    '%s is not an entry of keystow',
    (entry) => {
      expect(parsePassEntry(entry)).toBeUndefined();
    },
  );
});

test('an entry may have at most 3,000 bytes', () => {
  const entry = (length: number) => toPassEntry({ service: '%'.repeat(920), account: 'a'.repeat(length) });
  expect(entry(185)).toHaveLength(3_000);
  expect(entry(186)).toBeUndefined();
});

test('a name that is too long for a path has no entry', () => {
  expect(toPassEntry({ service: 'é'.repeat(500), account: 'a' })).toBeUndefined();
});
