import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CredentialError } from '../../../src/domain/credential-error.ts';
import { findLatestDifyEntry, parseDifyAccount, parseDifyHost, toDifyName } from '../../../src/domain/sign-in/dify.ts';
import { normaliseIpv6 } from '../../../src/domain/sign-in/ip-address.ts';

describe('a host is normalised', () => {
  test.each([
    ['https://cloud.dify.ai', 'https://cloud.dify.ai'],
    ['cloud.dify.ai', 'https://cloud.dify.ai'],
    ['  Cloud.Dify.AI./ ', 'https://cloud.dify.ai'],
    ['HTTPS://cloud.dify.ai:443//', 'https://cloud.dify.ai'],
    ['cloud.dify.ai:', 'https://cloud.dify.ai'],
    ['cloud.dify.ai:08443', 'https://cloud.dify.ai:8443'],
    ['dify.example.com/Apps//dify/', 'https://dify.example.com/Apps/dify'],
    ['example.com/~team/dify', 'https://example.com/~team/dify'],
    ['localhost:3000', 'https://localhost:3000'],
    ['http://localhost:80', 'http://localhost'],
    ['http://LOCALHOST.:3000/', 'http://localhost:3000'],
    ['http://127.1.2.3', 'http://127.1.2.3'],
    ['http://[0:0:0:0:0:0:0:1]:8080', 'http://[::1]:8080'],
    ['[2001:DB8::0:1]', 'https://[2001:db8::1]'],
    ['xn--bcher-kva.example', 'https://xn--bcher-kva.example'],
    ['api_1', 'https://api_1'],
    ['db3.x9', 'https://db3.x9'],
    ['host.3a', 'https://host.3a'],
    ['cloud.dify.ai:1', 'https://cloud.dify.ai:1'],
    ['cloud.dify.ai:65535', 'https://cloud.dify.ai:65535'],
    ['cloud.dify.ai/x://y', 'https://cloud.dify.ai/x:/y'],
    ['cloud.dify.ai/..x/x..', 'https://cloud.dify.ai/..x/x..'],
  ])('%s to %s', (typed, canonical) => expect(parseDifyHost(typed)).toBe(canonical));

  test.each([
    ['label', 63, `${'x'.repeat(63)}.example`],
    ['name', 253, `${'x.'.repeat(126)}x`],
    ['path', 200, `cloud.dify.ai/${'x'.repeat(199)}`],
  ])('with a %s of at most %d characters', (_part, _length, typed) =>
    expect(parseDifyHost(typed)).toBe(`https://${typed}`),
  );
});

describe('an invalid host is rejected with an error that does not repeat it', () => {
  test.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['ftp://s3cret.example', 'scheme'],
    ['://s3cret.example', 'scheme'],
    ['https://', 'name'],
    ['https:///s3cret', 'name'],
    ['alice:s3cret@cloud.dify.ai', 'a user name or a password'],
    ['https://alice:s3cret@cloud.dify.ai', 'a user name or a password'],
    ['https://alice:s3c?ret@cloud.dify.ai', 'a user name or a password'],
    ['https://alice:s3cret\\@cloud.dify.ai', 'a user name or a password'],
    ['cloud.dify.ai?token=s3cret', 'a query or a fragment'],
    ['cloud.dify.ai/#s3cret', 'a query or a fragment'],
    ['cloud.dify.ai\\s3cret', 'path'],
    ['cloud.dify.ai/../s3cret', 'path'],
    ['cloud.dify.ai/./s3cret', 'path'],
    ['cloud.dify.ai/@s3cret', 'an @'],
    [`cloud.dify.ai/${'s3cret/'.repeat(30)}`, 'a path longer than 200 characters'],
    ['cloud.dify.ai/%2e%2e/s3cret', 'path'],
    ['cloud..s3cret.ai', 'name'],
    ['cloud.dify.ai..', 'name'],
    ['-s3cret.ai', 'name'],
    [`${'x'.repeat(64)}.example`, 'name'],
    [`${'x.'.repeat(126)}xx`, 'name'],
    ['s3c!ret.example', 'name'],
    ['bücher.example', 'non-ASCII'],
    ['cloud.dify.ai /s3cret', 'a blank'],
    ['cloud.dify.ai/\u001b[31ms3cret', 'a control character'],
    ['cloud.dify.ai:0', 'port'],
    ['cloud.dify.ai:65536', 'port'],
    ['cloud.dify.ai:s3cret', 'port'],
    ['cloud.dify.ai:-1', 'port'],
    ['cloud.dify.ai:+80', 'port'],
    ['cloud.dify.ai:8e1', 'port'],
    ['cloud.dify.ai/s3c%2e', 'path'],
    ['https://?s3cret', 'a query or a fragment'],
    ['[::1]s3cret', 'IPv6'],
    ['127.1', 'IP address'],
    ['0x7f000001', 'IP address'],
    ['2130706433', 'IP address'],
    ['256.0.0.1', 'IP address'],
    ['127.0.0.01', 'IP address'],
    ['[::1', 'IPv6'],
    ['::1', 'name'],
    ['[s3cret]', 'IPv6'],
    ['[fe80::1%eth0]', 'IPv6'],
  ])('%j: %s', (typed, problem) => {
    const error = expectRejected(typed);
    expect(error.message).toContain(problem);
    expect(`${error.message} ${error.hint}`).not.toMatch(/s3c|[^\x20-\x7e]/);
    expect(error.hint).toContain('cloud.dify.ai');
  });

  test.each([
    'http://cloud.dify.ai',
    'http://192.168.1.5',
    'http://localhost.example.com',
    'http://[::ffff:127.0.0.1]',
  ])('[DF1] %s, because http is only for this machine', (typed) => {
    const error = expectRejected(typed);
    expect(error.message).toContain('http would send the token unencrypted');
    expect(error.hint).toBe('type it with https://');
  });

  test('law: any text either has a normal form, which is its own normal form, or is rejected with invalid-input', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl({ withFragments: true }), fc.domain());
    fc.assert(
      fc.property(text, (typed) => {
        const host = attempt(typed);
        if (typeof host === 'string') expect(parseDifyHost(host)).toBe(host);
        else expect(host).toBeInstanceOf(CredentialError);
      }),
    );
  });

  test('law: a host is normalised as in the URL standard, so that no request goes elsewhere', () => {
    const name = fc.oneof(
      fc.domain(),
      fc.ipV4(),
      fc.ipV6().map((address) => `[${address}]`),
    );
    const part = fc.stringMatching(/^[\w.~-]{0,5}$/);
    fc.assert(
      fc.property(name, fc.option(fc.nat(70_000)), fc.array(part), (name, port, parts) => {
        const host = attempt([`${name}${port === null ? '' : `:${port}`}`, ...parts].join('/'));
        // The URL standard also decodes and checks xn-- names.
        if (typeof host !== 'string' || host.includes('xn--')) return;
        const { origin, pathname } = new URL(host);
        expect(host).toBe(`${origin}${pathname === '/' ? '' : pathname}`);
      }),
    );
  });
});

describe('an IPv6 address', () => {
  test.each([
    ['::', '::'],
    ['::1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['::255.255.255.255', '::ffff:ffff'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is normalised to %s', (text, canonical) => expect(normaliseIpv6(text)).toBe(canonical));

  test.each(['', ':', ':::', '1', '1::2::3', '1:2:3:4:5:6:7:8:9', '1:2:3:4:5:6:7:8::', '12345::', 'g::', '1.2.3.4'])(
    'is not %j',
    (text) => expect(normaliseIpv6(text)).toBeUndefined(),
  );

  test.each([
    '1.2.3.4::',
    '1.2.3.4:1:2:3:4:5:6',
    '1::2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7:g',
    '1:g::',
    '::1.2.3',
    '::1.2.3.256',
    '::1.2.3.04',
    '1:',
    ':1',
    '::1%1',
  ])('is not %j', (text) => expect(normaliseIpv6(text)).toBeUndefined());

  test('law: it is normalised as in the URL standard', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(`[${normaliseIpv6(address)}]`).toBe(new URL(`http://[${address}]`).hostname);
      }),
    );
  });
});

describe('the credential of an account', () => {
  test('is named after the subject and the host; on Windows the service contains the host', () => {
    const account = { host: 'https://cloud.dify.ai', subject: 'alice@example.com' };
    expect(toDifyName(account, 'linux')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(toDifyName(account, 'darwin')).toEqual({ service: 'difyctl', account: 'alice@example.com@cloud.dify.ai' });
    expect(toDifyName(account, 'win32')).toEqual({ service: 'difyctl/cloud.dify.ai', account: 'alice@example.com' });
  });

  const hosts = fc.constantFrom(
    'https://cloud.dify.ai',
    'https://a.example:8443/dify',
    'http://localhost:5001',
    'https://[::1]',
  );
  const platforms = fc.constantFrom('linux', 'darwin', 'win32');

  test('law: its name gives the account again', () => {
    fc.assert(
      fc.property(hosts, fc.string({ minLength: 1 }), platforms, (host, subject, platform) => {
        expect(parseDifyAccount(toDifyName({ host, subject }, platform), platform)).toEqual({ host, subject });
      }),
    );
  });

  test.each([
    { service: 'difyctl', account: 'probe-1234' },
    { service: 'difyctl', account: '@cloud.dify.ai' },
    { service: 'difyctl', account: 'alice@CLOUD.dify.ai' },
    { service: 'difyctl', account: 'alice@https://cloud.dify.ai' },
    { service: 'difyctl', account: 'alice@no host' },
    { service: 'another', account: 'alice@cloud.dify.ai' },
    { service: 'difyctl/cloud.dify.ai', account: 'alice' },
  ])('is never named %o', (name) => {
    expect(parseDifyAccount(name, 'linux')).toBeUndefined();
  });
});

test('the latest sign-in in the placement index is found, of all or at one host', () => {
  const toEntry = (account: string, day: number) => ({
    service: 'difyctl',
    account,
    store: 'file' as const,
    writtenAt: `2026-11-0${day}T09:00:00.000Z`,
    stale: [],
  });
  const [alice, bob] = [toEntry('alice@cloud.dify.ai', 1), toEntry('bob@dify.example.com', 2)];
  const placement = [alice, bob, toEntry('no sign-in', 3)];
  expect(findLatestDifyEntry(placement, 'linux')).toBe(bob);
  expect(findLatestDifyEntry(placement, 'linux', 'https://cloud.dify.ai')).toBe(alice);
  expect(findLatestDifyEntry(placement, 'linux', 'https://another.example')).toBeUndefined();
});

function attempt(typed: string): unknown {
  try {
    return parseDifyHost(typed);
  } catch (error) {
    return error;
  }
}

function expectRejected(typed: string): CredentialError {
  const error = attempt(typed);
  if (!(error instanceof CredentialError)) throw new Error(`not rejected: ${typed}`);
  expect(error.code).toBe('invalid-input');
  return error;
}
