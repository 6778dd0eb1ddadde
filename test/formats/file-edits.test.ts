import { describe, expect, test } from 'vitest';
import { applyEdits, type Edit } from '../../src/domain/formats/edits.ts';
import {
  addIniLine,
  findIniEntries,
  looseIni,
  parseIni,
  pythonIni,
  removeIniEntries,
  replaceIniEntries,
} from '../../src/domain/formats/ini.ts';
import { parseJsonObject, removeJsonMember, setJsonText } from '../../src/domain/formats/json.ts';
import {
  addTomlEntry,
  addTomlItem,
  parseToml,
  removeTomlItem,
  replaceTomlEntry,
} from '../../src/domain/formats/toml.ts';
import type { TomlValue } from '../../src/domain/formats/toml-reader.ts';

/** What keystow adds looks like the rest of the file, and nothing else changes. */

const off = '# turned off by keystow setup: ';

describe('JSON', () => {
  test.each<[string, string, string | undefined, string]>([
    ['an empty file', '', undefined, '{\n\t"key": "new"\n}\n'],
    ['a blank file', ' \t\r\n', undefined, ' \t\r\n{\r\n\t"key": "new"\r\n}\r\n'],
    ['an empty file, in an object', '', 'in', '{\n\t"in": {\n\t\t"key": "new"\n\t}\n}\n'],
    ['{}', '{}', undefined, '{\n\t"key": "new"\n}'],
    ['{} with a line break', '{\n}', undefined, '{\n\t"key": "new"\n}'],
    ['one line', '{"a":1}', undefined, '{"a":1, "key": "new"}'],
    ['one line, in an object', '{"a":1}', 'in', '{"a":1, "in": { "key": "new" }}'],
    ['several lines', '{\r\n  "a": 1\r\n}', undefined, '{\r\n  "a": 1,\r\n  "key": "new"\r\n}'],
    ['several lines, in an object', '{\n  "a": 1\n}', 'in', '{\n  "a": 1,\n  "in": {\n    "key": "new"\n  }\n}'],
    [
      'an object that is there',
      '{\n  "in": {\n    "a": 1\n  }\n}',
      'in',
      '{\n  "in": {\n    "a": 1,\n    "key": "new"\n  }\n}',
    ],
    ['an empty object that is there', '{\n\t"in": {}\n}', 'in', '{\n\t"in": {\n\t\t"key": "new"\n\t}\n}'],
    ['{}, in an object', '{}', 'in', '{\n\t"in": {\n\t\t"key": "new"\n\t}\n}'],
    ['an empty object further in', '{\n\t\t"in": {}\n}', 'in', '{\n\t\t"in": {\n\t\t\t\t"key": "new"\n\t\t}\n}'],
    ['an empty object, with spaces', '{\n  "in": {}\n}', 'in', '{\n  "in": {\n    "key": "new"\n  }\n}'],
    ['an empty object on one line with all', '{ "in": {} }', 'in', '{ "in": {\n\t"key": "new"\n} }'],
    ['lines without indentation', '{\n"a": 1\n}', 'in', '{\n"a": 1,\n"in": {\n\t"key": "new"\n}\n}'],
    ['a key that is there, spelled as it is', '{"a":1,"KEY":{},"b":2}', undefined, '{"a":1,"KEY": "new","b":2}'],
    ['a key that is there twice, in the one that counts', '{"key":1,"key":2}', undefined, '{"key":1,"key": "new"}'],
  ])('a text is set in %s', (_, text, parent, expected) => {
    expect(applyEdits(text, [setJsonText(text, parseJsonObject(text), parent, 'key', 'new')])).toBe(expected);
  });

  test('a text is not set in a list', () => {
    const text = '{\n"in": []}';
    expect(() => setJsonText(text, parseJsonObject(text), 'in', 'key', 'new')).toThrow(
      'line 2 is not an object of JSON',
    );
    expect(() => parseJsonObject('[]')).toThrow('line 1 is not an object of JSON');
  });

  test.each<[string, string, string | undefined, string]>([
    ['the first member', '{ "key": 1, "b": 2 }', undefined, '{ "b": 2 }'],
    ['one in the middle', '{"a": 1, "key": 2, "b": 3}', undefined, '{"a": 1, "b": 3}'],
    ['the last member', '{\n  "a": 1,\n  "key": 2\n}', undefined, '{\n  "a": 1\n}'],
    ['the only member', '{ "key": 1 }', undefined, '{}'],
    ['the one that counts', '{"key": 1, "KEY": 2}', undefined, '{"key": 1}'],
    ['a member of an object', '{"in": {"a": 1, "key": 2}, "b": 3}', 'in', '{"in": {"a": 1}, "b": 3}'],
    ['the only member of an object', '{"a": 1, "in": {"key": 2}, "b": 3}', 'in', '{"a": 1, "b": 3}'],
    ['a missing member', '{"a": 1}', undefined, '{"a": 1}'],
    ['a member of a missing object', '{"key": 1}', 'in', '{"key": 1}'],
    ['a member of a list', '{"in": ["key"]}', 'in', '{"in": ["key"]}'],
  ])('%s can be removed', (_, text, parent, expected) => {
    expect(applyEdits(text, removeJsonMember(text, parseJsonObject(text), parent, 'key'))).toBe(expected);
  });
});

describe('TOML', () => {
  const add = (text: string, path: readonly string[]) =>
    applyEdits(text, [addTomlEntry(text, parseToml(text), path, 'k = 1')]);

  test.each<[string, string, readonly string[], string]>([
    ['an empty file', '', ['t'], '[t]\nk = 1\n'],
    ['a file with only a byte order mark', '\uFEFF', ['t'], '\uFEFF[t]\nk = 1\n'],
    ['a new table, after an empty line', 'a = 1\r\n', ['t'], 'a = 1\r\n\r\n[t]\r\nk = 1\r\n'],
    ['a new table, after a line without an end', 'a = 1', ['t'], 'a = 1\n\n[t]\nk = 1'],
    ['a blank file', ' \n', ['t'], ' \n[t]\nk = 1\n'],
    ['a table that only has tables', '[x.t.u]\na = 1\n', ['x', 't'], '[x.t.u]\na = 1\n\n[x.t]\nk = 1\n'],
    ['a new table with a name in quotation marks', '', ['a b', 'c-d'], '["a b".c-d]\nk = 1\n'],
    [
      'a table, behind its last key',
      '[t]\n  a = 1 # c\n  b = [\n 2 ]\n[u]\n',
      ['t'],
      '[t]\n  a = 1 # c\n  b = [\n 2 ]\n  k = 1\n[u]\n',
    ],
    ['a table without keys', '[t] # c\n[u]\n', ['t'], '[t]\nk = 1 # c\n[u]\n'],
    ['a table that dotted keys make', 'x.t.a = 1\nb = 2\n', ['x', 't'], 'x.t.a = 1\nx.t.k = 1\nb = 2\n'],
    ['a table that dotted keys make in another one', '[x]\nt.a = 1\n', ['x', 't'], '[x]\nt.a = 1\nt.k = 1\n'],
    ['a table next to an item of the same name', '[[u]]\na = 1\n', ['t'], '[[u]]\na = 1\n\n[t]\nk = 1\n'],
    ['the root', 'a = 1\n[t]\nb = 2\n', [], 'a = 1\nk = 1\n[t]\nb = 2\n'],
    ['a root without keys', '\uFEFF# c\n[t]\n', [], '\uFEFFk = 1\n# c\n[t]\n'],
  ])('a key is added to %s', (_, text, path, expected) => {
    expect(add(text, path)).toBe(expected);
  });

  test('a key is not added to a table on one line', () => {
    expect(() => add('\nt = { a = 1 }\n', ['t'])).toThrow('line 2 is a table on one line, which keystow does not edit');
  });

  const replace = (text: string) => {
    const [entry] = parseToml(text).entries.slice(-1);
    return entry && applyEdits(text, replaceTomlEntry(text, entry, 'k = 1'));
  };

  test('a key that is replaced becomes a comment, with all lines of its value', () => {
    expect(replace('[t]\r\n\tk = 0 # c\r\n')).toBe(`[t]\r\n\tk = 1\r\n${off}\tk = 0 # c\r\n`);
    expect(replace('k = [\n  "a",\n] # c\n# d')).toBe(`k = 1\n${off}k = [\n${off}  "a",\n${off}] # c\n# d`);
  });

  const item = (text: string, edit: (list: TomlValue) => Edit) => {
    const [entry] = parseToml(text).entries;
    return entry && applyEdits(text, [edit(entry.value)]);
  };

  test.each([
    ['l = []', 'l = ["n"]', 'l = ["n"]'],
    ['l = ["a"]', 'l = ["n", "a"]', 'l = ["a", "n"]'],
    ['l = [ "a", # c\n "b", ]', 'l = [ "n", "a", # c\n "b", ]', 'l = [ "a", # c\n "b", "n", ]'],
  ])('an item is added to %s at either end', (text, first, last) => {
    expect(item(text, (list) => addTomlItem(list, 'n', 'first'))).toBe(first);
    expect(item(text, (list) => addTomlItem(list, 'n', 'last'))).toBe(last);
  });

  test('an item is escaped', () => {
    expect(item('l = []', (list) => addTomlItem(list, 'a"\n\x7f', 'last'))).toBe('l = ["a\\"\\n\\u007f"]');
  });

  test.each([
    ['l = [ "a" ]', 0, 'l = [  ]'],
    ['l = [ "a", "b", "c" ]', 0, 'l = [ "b", "c" ]'],
    ['l = [ "a", "b", "c" ]', 1, 'l = [ "a", "c" ]'],
    ['l = [ "a", "b", "c" ]', 2, 'l = [ "a", "b" ]'],
  ])('from %s, item %i is removed with a comma', (text, index, expected) => {
    expect(item(text, (list) => removeTomlItem(text, list, index))).toBe(expected);
  });
});

describe('INI', () => {
  const add = (text: string, section: string | undefined) =>
    applyEdits(text, [addIniLine(text, parseIni(text, looseIni), section, 'k=1')]);

  test.each<[string, string, string | undefined, string]>([
    ['an empty file', '', 's', '[s]\nk=1\n'],
    ['an empty file, before any section', '', undefined, 'k=1\n'],
    ['a file with only a byte order mark', '\uFEFF', 's', '\uFEFF[s]\nk=1\n'],
    ['a blank file', ' \n', 's', ' \n[s]\nk=1\n'],
    ['a new section, after an empty line', '[a]\r\n', 's', '[a]\r\n\r\n[s]\r\nk=1\r\n'],
    ['a new section, after a line without an end', '[a]', 's', '[a]\n\n[s]\nk=1'],
    [
      'a section, behind its last key',
      '[s]\n  a=1\n  b=2\n\n[t]\nc=3\n',
      's',
      '[s]\n  a=1\n  b=2\n  k=1\n\n[t]\nc=3\n',
    ],
    ['a section without keys', '[s]\n# c\n[t]\n', 's', '[s]\nk=1\n# c\n[t]\n'],
    ['the keys before any section', 'a=1\n[t]\n', undefined, 'a=1\nk=1\n[t]\n'],
    ['a file with only a comment', '# c\n', undefined, '# c\nk=1\n'],
    ['a file that begins with a section', '# c\n[t]\n', undefined, '# c\nk=1\n[t]\n'],
  ])('a line is added to %s', (_, text, section, expected) => {
    expect(add(text, section)).toBe(expected);
  });

  const text = '[s]\r\n  K = a\r\n    b\r\n\r\n    c\r\nx = 1\r\n';
  const ini = parseIni(text, pythonIni);

  test('a key that is replaced becomes a comment, with all lines of its value', () => {
    const replaced = applyEdits(text, replaceIniEntries(text, findIniEntries(ini, 's', 'k'), 'K = new'));
    expect(replaced).toBe(`[s]\r\n  K = new\r\n${off}  K = a\r\n${off}    b\r\n\r\n${off}    c\r\nx = 1\r\n`);
  });

  test('of several keys, the first is replaced, and all become comments', () => {
    const twice = 'k=1\nx=2\nk=3\n';
    const entries = findIniEntries(parseIni(twice, looseIni), undefined, 'k');
    expect(applyEdits(twice, replaceIniEntries(twice, entries, 'k=4'))).toBe(`k=4\n${off}k=1\nx=2\n${off}k=3\n`);
  });

  test('a key is removed with all lines of its value', () => {
    expect(applyEdits(text, removeIniEntries(text, findIniEntries(ini, 's', 'k')))).toBe('[s]\r\nx = 1\r\n');
  });
});
