/** Parts of a name that stores have been known to mangle. */
export const troublesomeParts: readonly string[] = [
  'a',
  'a/b',
  'https://example.com:8443/path?q=1#f',
  'alice@example.com',
  'a.b',
  '.a.',
  ' leading and trailing ',
  '-dash',
  '--',
  '*',
  '%41',
  '~',
  '#',
  '\\',
  'quote\'"`',
  'tab\tnewline\n',
  '__proto__',
  'constructor',
  'ünïcødé',
  '\u00e9 composed',
  'e\u0301 decomposed',
  'İstanbul',
  'ß',
  '漢字',
  '🔑',
  '\u202eright-to-left',
];

/** Pairs of names that become one when a store joins, folds or normalises them carelessly. */
export const collidingNames: readonly (readonly [readonly [string, string], readonly [string, string]])[] = [
  [
    ['a.b', 'c'],
    ['a', 'b.c'],
  ],
  [
    ['c', 'a.b'],
    ['b.c', 'a'],
  ],
  [
    ['a/b', 'c'],
    ['a', 'b/c'],
  ],
  [
    ['a:b', 'c'],
    ['a', 'b:c'],
  ],
  [
    ['a', 'Alice'],
    ['a', 'alice'],
  ],
  [
    ['Service', 'a'],
    ['service', 'a'],
  ],
  [
    ['a', '\u00e9'],
    ['a', 'e\u0301'],
  ],
  [
    ['a', 'ß'],
    ['a', 'ss'],
  ],
  [
    ['a', 'x'],
    ['a', 'x '],
  ],
  [
    ['a', 'İ'],
    ['a', 'i\u0307'],
  ],
];

/** Names that no store may accept, and what is wrong with them. */
export const refusedParts: readonly (readonly [string, string])[] = [
  ['', 'empty'],
  ['a\0b', 'NUL'],
  ['\0', 'NUL'],
  ['\ud800', 'well-formed'],
  ['a\udc00b', 'well-formed'],
  ['x'.repeat(1025), 'longer than 1024'],
];
