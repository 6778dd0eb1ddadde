import { describe, expect, test } from 'vitest';
import {
  appendLines,
  applyEdits,
  disabledPrefix,
  disableLines,
  type Edit,
  removeLines,
  revertEdits,
} from '../../src/domain/formats/edits.ts';

const edit = (offset: number, removed: string, inserted: string): Edit => ({ offset, removed, inserted });

describe('edits', () => {
  test.each<[string, readonly Edit[], string]>([
    ['in any order are applied from the front to the back', [edit(4, 'e', 'E'), edit(0, 'a', 'A')], 'AbcdEf'],
    ['at one offset are applied in their order', [edit(2, '', '1'), edit(2, '', '2')], 'ab12cdef'],
    ['that remove the same remove it once', [edit(1, 'bcd', '1'), edit(2, 'cde', '2')], 'a12f'],
    ['within what another one removes keep its end', [edit(1, 'bcde', '1'), edit(2, 'c', '2')], 'a12f'],
    ['at the end append', [edit(6, '', 'g')], 'abcdefg'],
  ])('%s', (_, edits, expected) => {
    expect(applyEdits('abcdef', edits)).toBe(expected);
  });
});

describe('a revert of "a\\nOLD\\nb\\n", where OLD became NEW,', () => {
  const edits = [edit(2, 'OLD', 'NEW')];

  test.each<[string, string, string | undefined]>([
    ['of the unchanged file', 'a\nNEW\nb\n', 'a\nOLD\nb\n'],
    ['after a line was added in front', 'x\na\nNEW\nb\n', 'x\na\nOLD\nb\n'],
    ['after the line in front was removed', 'NEW\nb\n', 'OLD\nb\n'],
    ['after the same text was added behind', 'a\nNEW\nb\nNEW\n', 'a\nOLD\nb\nNEW\n'],
    ['after the same text was added in front', 'NEW\na\nNEW\nb\n', undefined],
    ['after it was removed', 'a\nb\n', undefined],
  ])('%s', (_, text, expected) => {
    expect(revertEdits(text, edits)).toBe(expected);
  });
});

describe('a revert of several edits', () => {
  const both = [edit(1, 'one', '1'), edit(5, 'two', 'TWO')];

  test.each<[string, string, readonly Edit[], string | undefined]>([
    ['accounts for what the first one changed', 'a1 TWO', both, 'aone two'],
    ['accounts for how far the first one moved', 'xxa1 TWO TWO', both, 'xxaone two TWO'],
    ['finds each behind the one before it', 'aTWO 1', both, undefined],
    ['restores a removed text at its place', 'ac', [edit(1, 'b', '')], 'abc'],
    ['restores a removed text behind a change that moved', 'x1c', [edit(0, 'a', '1'), edit(1, 'b', '')], 'xabc'],
    ['does not guess a place before the last change', 'N', [edit(0, 'abc', 'N'), edit(1, 'b', '')], undefined],
  ])('%s', (_, text, edits, expected) => {
    expect(revertEdits(text, edits)).toBe(expected);
  });
});

test.each([
  ['', 'x\ny\n'],
  ['\uFEFF', '\uFEFFx\ny\n'],
  ['a\n', 'a\nx\ny\n'],
  ['a', 'a\nx\ny'],
  ['a\r\nb', 'a\r\nb\r\nx\r\ny'],
  ['a\r\n', 'a\r\nx\r\ny\r\n'],
])('lines at the end of %j have the line ends of the file', (text, expected) => {
  expect(applyEdits(text, [appendLines(text, ['x', 'y'])])).toBe(expected);
});

describe('of the lines "a", "bb", "c"', () => {
  const text = 'a\nbb\nc';

  test.each([
    ['the first', 0, 1, '#a\nbb\nc', 'bb\nc'],
    ['the second, from its start', 2, 4, 'a\n#bb\nc', 'a\nc'],
    ['the second, from its middle', 3, 4, 'a\n#bb\nc', 'a\nc'],
    ['the first two', 0, 3, '#a\n#bb\nc', 'c'],
    ['the last two', 3, 6, 'a\n#bb\n#c', 'a\n'],
    ['the last', 5, 6, 'a\nbb\n#c', 'a\nbb\n'],
  ])('%s can be turned off and removed', (_, start, end, disabled, rest) => {
    expect(applyEdits(text, disableLines(text, start, end)).replaceAll(disabledPrefix, '#')).toBe(disabled);
    expect(applyEdits(text, [removeLines(text, start, end)])).toBe(rest);
  });
});
