/** Parts of names that some stores are known to change. */
export const troublesomeParts: readonly string[] = [
  '',
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

/** Pairs of names that become equal if a store joins, case-folds or normalises them. */
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
    ['a', ''],
    ['a', '(no account)'],
  ],
  [
    ['a', ''],
    ['a', 'b'],
  ],
  [
    ['a', 'İ'],
    ['a', 'i\u0307'],
  ],
];

/** What every store must reject as a service and as an account. An empty account is valid. */
export const invalidParts: readonly string[] = ['a\0b', '\0', '\ud800', 'a\udc00b', 'x'.repeat(1025)];
