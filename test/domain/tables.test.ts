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
      expect(() => parseRows(rows, now)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
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
