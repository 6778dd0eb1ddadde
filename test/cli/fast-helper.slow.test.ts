import { describe, expect, onTestFinished, test } from 'vitest';
import { serialiseTokenSet } from '../../src/domain/token-set.ts';
import { needsPosix } from '../support/needs.ts';
import { Sandbox } from './sandbox.ts';

const gitHost = 'protocol=https\\nhost=example.com\\n';
const storeForGit = (user: string, password: string) =>
  `printf '${gitHost}username=${user}\\npassword=${password}\\n' | git-credential-keystow store`;
const service = 'git-credential:https://example.com';

/** The stored credentials, and a request. */
interface Situation {
  readonly title: string;
  readonly setUp: readonly string[];
  /** Writes the request. */
  readonly input: string;
  readonly executable: 'git-credential-keystow' | 'docker-credential-keystow';
}

const situations: readonly Situation[] = [
  ...[
    ['one credential', [storeForGit('alice', 's3cret')], `printf '${gitHost}'`] as const,
    [
      'a named user',
      [storeForGit('alice', 'a'), storeForGit('bob', 'b')],
      `printf '${gitHost}username=alice\\n'`,
    ] as const,
    ['several users', [storeForGit('alice', 'a'), storeForGit('bob', 'b')], `printf '${gitHost}'`] as const,
    ['no credential', [], `printf '${gitHost}'`] as const,
    ['another host', [storeForGit('alice', 's3cret')], "printf 'protocol=https\\nhost=other.example\\n'"] as const,
    ['text after the request', [storeForGit('alice', 's3cret')], `printf '${gitHost}\\nrest'`] as const,
    ['a capability', [storeForGit('alice', 's3cret')], `printf 'capability[]=state\\n${gitHost}'`] as const,
    ['a carriage return', [storeForGit('alice', 's3cret')], `printf 'path=a\\r\\n${gitHost}'`] as const,
    [
      'a long request',
      [storeForGit('alice', 's3cret')],
      `{ yes a=b | head -c 100000; echo; printf '${gitHost}'; }`,
    ] as const,
    [
      'a request in parts',
      [storeForGit('alice', 's3cret')],
      `{ printf 'protocol=https\\n'; sleep 0.1; printf 'host=example.com\\n'; }`,
    ] as const,
    ['an expired credential', [storeForGit('alice', 's3cret\\npassword_expiry_utc=1')], `printf '${gitHost}'`] as const,
    [
      'a token set',
      [`printf '%s' '${serialiseTokenSet({ accessToken: 't0ken' })}' | keystow set ${service} alice`],
      `printf '${gitHost}'`,
    ] as const,
  ].map(([title, setUp, input]) => ({ title, setUp, input, executable: 'git-credential-keystow' as const })),
  ...[
    ['one login', ['alice'], 'printf example.com'] as const,
    ['several logins', ['alice', 'bob'], "printf 'example.com\\n'"] as const,
    ['no login', [], 'printf example.com'] as const,
    ['no server', ['alice'], "printf ''"] as const,
    ['a request that is not UTF-8', ['alice'], "printf 'example.com\\377'"] as const,
  ].map(([title, users, input]) => ({
    title,
    setUp: users.map((user) => `printf s3cret | keystow set docker-credential:example.com ${user}`),
    input,
    executable: 'docker-credential-keystow' as const,
  })),
];

describe('the fast path of a helper answers as the full program does', needsPosix, () => {
  test.each(situations)('$executable: $title', async ({ setUp, input, executable }) => {
    const sandbox = new Sandbox({ KEYSTOW_STORAGE: 'file' });
    onTestFinished(() => sandbox.remove());
    for (const command of setUp) expect((await sandbox.begin(command).end).exit).toBe(0);
    // `helper` has no fast path.
    const [protocol] = executable.split('-');
    const full = await sandbox.begin(`${input} | keystow helper ${protocol} get`).end;
    expect(await sandbox.begin(`${input} | ${executable} get`).end).toEqual(full);
  });
});
