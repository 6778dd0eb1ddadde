import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isValidName } from '../../src/domain/credential-name.ts';
import { itemSources, toImportedName, toPassName, toSearch } from '../../src/domain/transfer/foreign-items.ts';

const generic = { 'xdg:schema': 'org.freedesktop.Secret.Generic' };

describe('the name of an imported item', () => {
  test.each([
    ['keytar', { ...generic, service: 'a', account: 'b' }, 'a', 'b'],
    ['keyring', { service: 'a', username: 'b' }, 'a', 'b'],
    ['keyring', { ...generic, service: 'a', username: '', application: 'rust-keyring', target: 'x' }, 'a', ''],
    ['keyring', { service: 'a', username: 'b', application: 'Python keyring library' }, 'a', 'b'],
    ['git', { protocol: 'https', server: 'x', user: 'ä%' }, 'git-credential:https://x', 'ä%25'],
    ['git', { protocol: 'https', server: 'x', port: '8', object: 'p/q' }, 'git-credential:https://x:8/p/q', '%none'],
    ['git', { protocol: 'https', server: 'x', user: '' }, 'git-credential:https://x', '%empty'],
    ['docker', { server: 'https://x/v1/', username: 'b' }, 'docker-credential:https://x/v1/', 'b'],
  ] as const)('%s %j', (source, attributes, service, account) => {
    expect(toImportedName(source, attributes)).toEqual({ service, account });
  });

  test.each([
    ['keytar', { service: 'a', account: 'b' }],
    ['keytar', { ...generic, service: 'a', account: 'b', username: 'c' }],
    ['keyring', { service: 'a' }],
    ['keyring', { service: 'a', username: 'b', application: 'acme' }],
    ['keyring', { service: 'a', username: 'b', 'xdg:schema': 'org.example' }],
    ['keyring', { service: '', username: 'b' }],
    ['keytar', { ...generic, service: 'a' }],
    ['keytar', { ...generic, account: 'b' }],
    ['keyring', { username: 'b' }],
    ['git', { server: 'x', user: 'b' }],
    ['git', { protocol: 'https', user: 'b' }],
    ['docker', { username: 'b' }],
    ['docker', { server: 'x' }],
    ['docker', { server: '', username: 'b' }],
  ] as const)('%s %j is not one of its items', (source, attributes) => {
    expect(toImportedName(source, attributes)).toBeUndefined();
  });

  test('law: it is valid, whatever the attributes are', () => {
    const key = fc.constantFrom('service', 'username', 'account', 'server', 'user', 'protocol', 'port', 'object');
    const attributes = fc.dictionary(key, fc.string({ unit: 'binary' }));
    fc.assert(
      fc.property(fc.constantFrom(...itemSources), attributes, (source, found) => {
        const name = toImportedName(source, found);
        expect(name === undefined || isValidName(name)).toBe(true);
      }),
    );
  });
});

test.each([
  ['keytar', generic],
  ['keyring', {}],
  ['git', { 'xdg:schema': 'org.git.Password' }],
  ['docker', { 'xdg:schema': 'io.docker.Credentials' }],
] as const)('the items of %s are searched for by the schema that it writes', (source, attributes) => {
  expect(toSearch(source)).toEqual(attributes);
});

test('the last part of the path of a pass entry is the account', () => {
  expect(toPassName('web/github.com/alice')).toEqual({ service: 'web/github.com', account: 'alice' });
  expect(toPassName('wifi')).toEqual({ service: 'wifi', account: '' });
  expect(toPassName('/x')).toBeUndefined();
});
