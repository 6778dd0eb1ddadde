import { describe, expect, test } from 'vitest';
import { isFault, type LeafReader } from '../../src/domain/formats/leaf.ts';
import { readCredentialUrls, readNetrc, readPgpass, readTokenFile } from '../../src/domain/formats/lines.ts';

type Found = readonly [path: string, value: string, written: string];

/** Returns each value, also as it's written in the text; or the line of a fault. */
function find(read: LeafReader, text: string): readonly Found[] | number {
  const leaves = read(text);
  if (isFault(leaves)) return leaves.line;
  return leaves.map(({ path, value, range }) => [path.join(' '), value, text.slice(range.start, range.end)]);
}

describe('the file of git-credential-store', () => {
  test.each<[string, string, readonly Found[] | number]>([
    ['a host', 'https://alice:pw@h.example', [['https://h.example alice', 'pw', 'pw']]],
    ['a path, without the slash at its end', 'http://a:pw@h/b/c/\n', [['http://h/b/c a', 'pw', 'pw']]],
    ['another protocol', 'GIT+x-1.0://a:pw@h', [['GIT+x-1.0://h a', 'pw', 'pw']]],
    ['no user', 'https://:pw@h', [['https://h ', 'pw', 'pw']]],
    ['an empty password', 'https://a:@h', [['https://h a', '', '']]],
    ['escapes', 'https://al%40ice:p%3aw@h', [['https://h al@ice', 'p:w', 'p%3aw']]],
    ['comments and blank lines', '# https://a:b@h\r\n \r\n  # c\r\nhttps://a:pw@h\r\n', [['https://h a', 'pw', 'pw']]],
    ['no password', 'https://a@h\nhttps://h\n', []],
    ['a percent sign that escapes nothing', 'https://a:p%zz@h', [['https://h a', 'p%zz', 'p%zz']]],
    ['escapes that are not UTF-8', 'https://a:%ff@h\nhttps://%ff:pw@h', []],
    ['a line that only contains a URL', 'x https://a:b@h\nhttps://a:pw@h', [['https://h a', 'pw', 'pw']]],
    ['a line that is not a URL', 'prose\nhttps://a:pw@h', [['https://h a', 'pw', 'pw']]],
    ['nothing', '', []],
    ['only comments', '# prose\n', []],
    ['only blank lines', ' \n\n', []],
    ['no URL at all', 'prose\nmore', 1],
  ])('%s', (_, text, expected) => {
    expect(find(readCredentialUrls, text)).toEqual(expected);
  });

  test('a whole line can be removed', () => {
    expect(readCredentialUrls('# c\nhttps://a:b@h\nd')).toMatchObject([{ entry: { start: 4, end: 18 } }]);
  });
});

describe('pgpass', () => {
  test.each<[string, string, readonly Found[] | number]>([
    ['all fields', 'host:5432:db:alice:pw', [['host db alice', 'pw', 'pw']]],
    [
      'wildcards and lines',
      '*:*:*:*:1\r\n*:*:*:b:2\r\n',
      [
        ['* * *', '1', '1'],
        ['* * b', '2', '2'],
      ],
    ],
    ['empty fields', '::db::', [[' db ', '', '']]],
    ['escapes', 'h\\:1:1:d\\\\:u:p\\:w\\\\', [['h:1 d\\ u', 'p:w\\', 'p\\:w\\\\']]],
    ['comments and blank lines', '# a:b\n\n  # c\nh:1:d:u:pw', [['h d u', 'pw', 'pw']]],
    ['a field too few, in the third line', '# c\n\nh:1:d:u\n', 3],
    ['a field too many', 'h:1:d:u:pw\nh:1:d:u:pw:x', 2],
  ])('%s', (_, text, expected) => {
    expect(find(readPgpass, text)).toEqual(expected);
  });
});

describe('a file with only a token', () => {
  test.each<[string, readonly Found[] | number]>([
    ['tok', [['', 'tok', 'tok']]],
    [' \n tok \r\n', [['', 'tok', 'tok']]],
    [' \n', []],
    ['tok en', 1],
    ['tok\nen', 1],
  ])('%j', (text, expected) => {
    expect(find(readTokenFile, text)).toEqual(expected);
  });
});

describe('netrc', () => {
  test.each<[string, string, readonly Found[] | number]>([
    ['one line', 'machine h login a password pw', [['h a', 'pw', 'pw']]],
    ['several lines', 'machine\n h\n login\n a\n password\n pw\n', [['h a', 'pw', 'pw']]],
    [
      'no login',
      'machine a login x password 1\nmachine b password 2',
      [
        ['a x', '1', '1'],
        ['b ', '2', '2'],
      ],
    ],
    [
      'the default, which has no login',
      'machine a login x password 1 default password 2',
      [
        ['a x', '1', '1'],
        ['default ', '2', '2'],
      ],
    ],
    ['an account', 'machine h account password login a password pw', [['h a', 'pw', 'pw']]],
    ['quotation marks', 'machine "h" login "a b" password "p\\"w\\\\"', [['h a b', 'p"w\\', 'p\\"w\\\\']]],
    ['a quotation mark without its pair', 'machine h login a password "pw\n', [['h a', '"pw', '"pw']]],
    ['a comment in front', '# machine x password y\n\t # z\nmachine h password pw', [['h ', 'pw', 'pw']]],
    ['a comment before a value', 'machine\n# c\nh login\n \t# d\na\n\t#e\npassword\n#f\npw', [['h a', 'pw', 'pw']]],
    ['a comment behind', 'machine h password pw # machine x password y\nlogin b', [['h ', 'pw', 'pw']]],
    ['a comment in the last line', 'machine h password pw #x password y', [['h ', 'pw', 'pw']]],
    ['a hash within a word', 'machine h login a#b password #pw', [['h a#b', '#pw', '#pw']]],
    ['a macro', 'macdef m\nmachine x password y\n\nmachine h password pw', [['h ', 'pw', 'pw']]],
    ['a macro at the end', 'machine h password pw\nmacdef m\npassword x', [['h ', 'pw', 'pw']]],
    ['a login that is missing', 'machine h password pw\nlogin', [['h ', 'pw', 'pw']]],
    ['a machine that is missing', 'machine h password pw\nmachine', [['h ', 'pw', 'pw']]],
    ['an account that is missing', 'machine h password pw\naccount', [['h ', 'pw', 'pw']]],
    ['nothing', ' \n', []],
    ['a password without a machine', '\npassword x', 2],
    ['a password that is missing', 'machine h\npassword', 2],
    ['another word', 'machine h\n\nhost x', 3],
  ])('%s', (_, text, expected) => {
    expect(find(readNetrc, text)).toEqual(expected);
  });
});
