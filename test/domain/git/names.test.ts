import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Attribute,
  type GitAttributes,
  parseGitUsername,
  toGitName,
  toGitService,
} from '../../../src/domain/protocols/git-credential.ts';
import { utf8 } from './arbitraries.ts';

const https = (host: string, path?: string): GitAttributes => [
  ['protocol', 'https'],
  ['host', host],
  ...(path === undefined ? [] : [['path', path] as const]),
];

/** Made of separators and escapes, so that two of them are often nearly the same. */
const tricky = fc.string({ unit: fc.constantFrom('a', '/', ':', '%', '2', 'f', '5'), maxLength: 6 });

const place = fc.record({
  protocol: tricky.filter(Boolean),
  host: tricky,
  path: fc.option(tricky, { nil: undefined }),
});

const toRequest = (parts: Record<string, string | undefined>): GitAttributes =>
  Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined);

describe('the service of a git credential', () => {
  test.each([
    [https('github.com'), 'git-credential:https://github.com'],
    [https('localhost:8080'), 'git-credential:https://localhost:8080'],
    [https('github.com', 'alice/a b.git'), 'git-credential:https://github.com/alice/a b.git'],
    [https('[::1]:8080'), 'git-credential:https://[::1]:8080'],
    [https('b\xc3\xbccher.example'), 'git-credential:https://bücher.example'],
    [toRequest({ protocol: 'cert', host: '', path: 'etc/key.pem' }), 'git-credential:cert:///etc/key.pem'],
    // git decodes https://github.com%2fevil/x
    [https('github.com/evil'), 'git-credential:https://github.com%2fevil'],
    [https('100%'), 'git-credential:https://100%25'],
  ])('of %j is %s', (request, service) => {
    expect(toGitService(request)).toBe(service);
  });

  test('[DOM7] is never shared by two URLs that differ in port, path, or a slash in the host', () => {
    fc.assert(
      fc.property(place, place, (a, b) => {
        const same = a.protocol === b.protocol && a.host === b.host && a.path === b.path;
        expect(toGitService(toRequest(a)) === toGitService(toRequest(b))).toBe(same);
      }),
    );
    expect(toGitService(https('h', 'p'))).not.toBe(toGitService(https('h/p')));
    expect(toGitService(https('h'))).not.toBe(toGitService(https('h', '')));
    expect(toGitService(https('h%2fp'))).not.toBe(toGitService(https('h/p')));
  });

  test('requires a protocol and a host', () => {
    const error = expect.objectContaining({
      code: 'invalid-input',
      message: 'the request has no protocol or no host',
    });
    for (const key of ['protocol', 'host']) {
      const request = https('github.com').filter((attribute: Attribute) => attribute[0] !== key);
      expect(() => toGitService(request)).toThrow(error);
    }
    expect(() => toGitService([['protocol', ''], ...https('github.com').slice(1)])).toThrow(error);
  });

  test('rejects a host or a user name that is not UTF-8', () => {
    const error = expect.objectContaining({ code: 'invalid-name', message: expect.stringContaining('is not UTF-8') });
    expect(() => toGitService(https('\xff.example'))).toThrow(error);
    expect(() => toGitName('git-credential:https://h', 'j\xf6rg')).toThrow(error);
  });
});

describe('a user name', () => {
  test.each([
    ['alice', 'alice'],
    ['alice@example.com', 'alice@example.com'],
    ['j\xc3\xb6rg', 'jörg'],
    ['50%off', '50%25off'],
    ['', '%empty'],
    [undefined, '%none'],
  ])('%j becomes the account %s', (username, account) => {
    const name = toGitName('git-credential:https://h', username);
    expect(name.account).toBe(account);
    expect(parseGitUsername(name)).toBe(username);
  });

  test('is parsed from its account, byte by byte', () => {
    fc.assert(
      fc.property(utf8, (username) => {
        expect(parseGitUsername(toGitName('git-credential:https://h', username))).toBe(username);
      }),
    );
  });
});
