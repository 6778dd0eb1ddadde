import { describe, expect, test } from 'vitest';
import { parseRows, parseVariables } from '../../src/domain/transfer/tables.ts';

const now = '2026-11-03T09:00:00.000Z';

describe('the columns of a table', () => {
  test.each([
    ['Chrome', ['name', 'url', 'username', 'password', 'note'], ['G', 'https://github.com/login', 'alice', 'x', '']],
    [
      'Firefox',
      ['url', 'username', 'password', 'httpRealm', 'formActionOrigin', 'guid'],
      ['https://github.com', 'alice', 'x', '', '', ''],
    ],
    [
      'Bitwarden',
      ['folder', 'favorite', 'type', 'name', 'notes', 'login_uri', 'login_username', 'login_password', 'login_totp'],
      ['', '', 'login', 'G', '', 'https://github.com', 'alice', 'x', ''],
    ],
    [
      'KeePassXC',
      ['Group', 'Title', 'Username', 'Password', 'URL'],
      ['Root', 'G', 'alice', 'x', 'https://GitHub.com/'],
    ],
    ['1Password', ['Title', 'Website', 'Username', 'Password'], ['G', 'https://u:p@github.com/x', 'alice', 'x']],
    [
      'LastPass',
      ['url', 'username', 'password', 'totp', 'extra', 'name'],
      ['https://github.com', 'alice', 'x', '', '', ''],
    ],
    ['keystow', ['service', 'account', 'secret'], ['github.com', 'alice', 'x']],
  ])('%s', (_, header, row) => {
    expect(parseRows([header, row], now)).toEqual({
      credentials: [{ service: 'github.com', account: 'alice', secret: 'x' }],
      rejected: [],
    });
  });

  test.each<[string, readonly string[]]>([
    ['service', ['Service', 'URL', 'login_uri', 'web-site', 'uri', 'HOST', 'title', 'Name']],
    ['account', ['account', 'User Name', 'login_username', 'login', 'user', 'e-mail']],
    ['secret', ['secret', 'Password', 'login_password', 'token']],
    ['expiresAt', ['expires', 'Expires at']],
  ])('%s: the first of these that exists counts', (part, titles) => {
    const others = { service: 'service', account: 'account', secret: 'secret', expiresAt: 'expires' };
    const rest = Object.entries(others).flatMap(([key, title]) => (key === part ? [] : [title]));
    const fill = (title: string) => (title === 'expires' ? '2099-01-01' : title);
    for (const [index, title] of titles.entries()) {
      const later = titles.slice(index).toReversed();
      const values = later.map((other) =>
        part === 'expiresAt' ? `20${99 - later.indexOf(other)}-12-31` : `v-${other}`,
      );
      const expected = part === 'expiresAt' ? `${values.at(-1)}T00:00:00.000Z` : `v-${title}`;
      const { credentials } = parseRows(
        [
          [...later, ...rest],
          [...values, ...rest.map(fill)],
        ],
        now,
      );
      expect(credentials, title).toMatchObject([{ [part]: expected }]);
    }
  });

  test.each([
    ['https://Git.Example:8443/x', 'git.example:8443'],
    ['ssh+git://u:p@h?q', 'h'],
    ['android://h#x', 'h'],
    ['https://a/u@b', 'a'],
    [' My Bank ', 'My Bank'],
    ['x https://h', 'x https://h'],
    ['1://h', '1://h'],
    ['https:///x', 'https:///x'],
    ['h2+x.y-z://Host', 'host'],
  ])('the service of %s is %s', (name, service) => {
    expect(
      parseRows(
        [
          ['url', 'password'],
          [name, 'x'],
        ],
        now,
      ).credentials,
    ).toMatchObject([{ service }]);
  });

  test('a row without a URL takes its service from the next column that has one', () => {
    const rows = [
      ['url', 'name', 'password'],
      ['', 'n', 'x'],
      [' ', 'm', 'x'],
    ];
    expect(parseRows(rows, now).credentials).toMatchObject([{ service: 'n' }, { service: 'm' }]);
  });

  test('of rows that say the same, the first one counts', () => {
    const rows = [
      ['service', 'secret', 'expires'],
      ['a', 'x', '2099-01-01'],
      ['a', 'x', '2098-01-01'],
    ];
    expect(parseRows(rows, now)).toEqual({
      credentials: [{ service: 'a', account: '', secret: 'x', expiresAt: '2099-01-01T00:00:00.000Z' }],
      rejected: [],
    });
  });

  test('a row is rejected with its reason', () => {
    const rows = [
      ['', 'b', 'x'],
      ['a', 'b', ''],
      ['a\0', 'b', 'x'],
      ['a', 'b', '\ud800'],
      ['a', 'b', 'x'],
      ['a', 'b', 'y'],
    ];
    const { rejected } = parseRows([['service', 'account', 'secret'], ...rows], now);
    expect(rejected).toEqual([
      { where: 'row 2', reason: 'has no service' },
      { where: 'row 3', reason: 'has no secret' },
      { where: 'row 4', reason: 'has an invalid name' },
      { where: 'row 5', reason: 'is not valid Unicode' },
      { where: 'row 7', reason: 'has another secret than an earlier row' },
    ]);
  });

  test('rows that are too short, invalid, empty or contradictory are rejected, and nothing of a secret is repeated', () => {
    const rows = [['a', 'b', 'x'], ['a', 'b', 'x'], ['a', 'b', 's3cret'], ['a'], ['', 'b', 'x'], ['a\0', 'b', 'x']];
    const { credentials, rejected } = parseRows([['service', 'account', 'secret'], ...rows], now);
    expect(credentials).toEqual([{ service: 'a', account: 'b', secret: 'x' }]);
    expect(rejected.map(({ where }) => where)).toEqual(['row 4', 'row 5', 'row 6', 'row 7']);
    expect(JSON.stringify(rejected)).not.toContain('s3cret');
  });

  test('the time of expiry is a duration, a date or a time', () => {
    const header = ['service', 'secret', 'expires'];
    const { credentials, rejected } = parseRows(
      [header, ['a', 'x', '2099-12-31'], ['b', 'x', 'soon'], ['c', 'x', '']],
      now,
    );
    expect(credentials).toEqual([
      { service: 'a', account: '', secret: 'x', expiresAt: '2099-12-31T00:00:00.000Z' },
      { service: 'c', account: '', secret: 'x' },
    ]);
    expect(rejected).toEqual([{ where: 'row 3', reason: 'has an invalid time of expiry' }]);
  });

  test.each([[[]], [[['a', 'b']]], [[['service', 'account']]], [[['secret']]]])(
    '%j has no usable first row',
    (rows) => {
      expect(() => parseRows(rows, now)).toThrow(
        expect.objectContaining({
          code: 'invalid-input',
          message: 'the first row names no columns for the service and the secret',
          hint: 'name the columns in the first row: service,account,secret',
        }),
      );
    },
  );
});

test('variables become accounts of one service, without the empty ones and the references', () => {
  const variables = new Map([
    ['A', 'x'],
    ['B', ''],
    ['C', 'ref'],
  ]);
  expect(parseVariables(variables, 'app', (value) => value === 'ref')).toEqual({
    credentials: [{ service: 'app', account: 'A', secret: 'x' }],
    rejected: [{ where: 'B', reason: 'has no secret' }],
  });
});
