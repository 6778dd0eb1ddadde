import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { passOn } from './harness.ts';
import { type StandIn, standIn } from './stand-in.ts';

const name = { service: 'demo', account: 'alice' };
const long = { service: 'demo', account: 'é'.repeat(1024) };
const longHead = `${JSON.stringify([long.service, long.account])}\n`;
const longPath = `keystow/%long/${createHash('sha256').update(longHead).digest('hex')}`;
const textOf = (secret: Secret | undefined) => secret && Buffer.from(secret.expose()).toString();
const noSecretKey = 'echo "gpg: decryption failed: No secret key" >&2; exit 2';

const realTimeout = setTimeout;
afterEach(() => void vi.useRealTimers());

/** Waits in real time, where the code's own time stands still. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => realTimeout(done, 10));
}

describe('an entry', () => {
  test('holds the secret alone, at keystow/SERVICE/ACCOUNT', async () => {
    const own = standIn();
    const store = passOn(own);
    await store.set(name, textSecret('s3cret'));
    expect(own.entries()).toEqual({ 'keystow/demo/alice': 's3cret' });
    expect(textOf(await store.get(name))).toBe('s3cret');
    expect([store.id, store.listing]).toEqual(['pass', 'all']);
    await store.close();
  });

  test('whose name is too long for a path is at the hash of its first line, which has the name', async () => {
    const own = standIn();
    const store = passOn(own);
    await store.set(long, textSecret('s3cret'));
    expect(own.entries()).toEqual({ [longPath]: `${longHead}s3cret` });
    expect(textOf(await store.get(long))).toBe('s3cret');
    expect(await store.list()).toEqual([long]);
    expect(await store.delete(long)).toBe(true);
    expect(own.entries()).toEqual({});
  });

  test('is in PASSWORD_STORE_DIR where that is set', async () => {
    const own = standIn();
    const folder = join(own.home, 'elsewhere');
    mkdirSync(join(folder, 'keystow', 'demo'), { recursive: true });
    writeFileSync(join(folder, 'keystow', 'demo', 'bob.gpg'), '');
    const environment = { ...own.environment, PASSWORD_STORE_DIR: folder };
    own.put('keystow/demo/alice', 's3cret');
    expect(await passOn({ environment }).list()).toEqual([{ service: 'demo', account: 'bob' }]);
    expect(await passOn(own).list()).toEqual([name]);
  });

  test('that is not there is absent and not asked for', async () => {
    const own = standIn();
    expect(await passOn(own).get(name)).toBeUndefined();
    expect(await passOn(own).delete(name)).toBe(false);
    expect(own.calls()).toEqual([]);
  });

  test('that somebody else removes while it is read is absent', async () => {
    const own = standIn({ show: 'rm "$entry"; exit 1' });
    own.put('keystow/demo/alice', 's3cret');
    expect(await passOn(own).get(name)).toBeUndefined();
  });

  test('takes its place whole: a write that is called off half-way leaves the old one, and is not listed', async () => {
    const own = standIn({ insert: 'cat >"$entry"; touch "$HOME/half-way"; exec sleep 60' });
    own.put('keystow/demo/alice', 'old');
    const calling = new AbortController();
    const writing = passOn(own).set(name, textSecret('new'), { signal: calling.signal });
    await until(() => existsSync(join(own.home, 'half-way')));
    calling.abort();
    expect((await failure(writing, 'cancelled')).message).toBe('the operation was called off');
    expect(own.entries()).toEqual({ 'keystow/%new': 'new', 'keystow/demo/alice': 'old' });
    expect(textOf(await passOn(own).get(name))).toBe('old');
    expect(await passOn(own).list()).toEqual([name]);
  });

  test('is at most 8 MiB', async () => {
    const own = standIn({ insert: 'cat >/dev/null; echo >"$entry"' });
    const most = 8 * 1024 * 1024;
    await passOn(own).set(name, new Secret(new Uint8Array(most)));
    const error = await failure(passOn(own).set(name, new Secret(new Uint8Array(most + 1))), 'too-large');
    expect(error.message).toBe('the secret is larger than 8 MiB');
    expect(own.calls()).toHaveLength(2);
  });
});

describe('writers', () => {
  test('come one at a time, through one handle or several', async () => {
    const own = standIn({ insert: 'mkdir "$HOME/busy" && cat >"$entry" && sleep 0.05 && rmdir "$HOME/busy"' });
    const accounts = ['alice', 'bob', 'carol'];
    await Promise.all(accounts.map((account) => passOn(own).set({ ...name, account }, textSecret(`of ${account}`))));
    expect(Object.values(own.entries()).sort()).toEqual(['of alice', 'of bob', 'of carol']);
    expect(await Promise.all(accounts.map((account) => passOn(own).delete({ ...name, account })))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('a list', () => {
  test('has what keystow keeps, sorted, of one service or of all, and runs nothing', async () => {
    const own = standIn();
    for (const entry of ['demo/bob', 'demo/alice', 'demos/carol']) own.put(`keystow/${entry}`, '');
    for (const entry of ['mail', 'keystow/%new', 'keystow/Demo/dave', 'keystow-too/demo/dave']) own.put(entry, '');
    const folder = join(own.home, '.password-store', 'keystow', 'demo');
    writeFileSync(join(folder, 'notes.txt'), '');
    mkdirSync(join(folder, 'folder.gpg'));
    const store = passOn(own);
    const [alice, bob] = [name, { ...name, account: 'bob' }];
    expect(await store.list()).toEqual([alice, bob, { service: 'demos', account: 'carol' }]);
    expect(await store.list('demo')).toEqual([alice, bob]);
    expect(await store.list('nobody')).toEqual([]);
    expect(own.calls()).toEqual([]);
  });

  test.each([
    ['is no JSON', 'x'],
    ['is no name', 'null\n'],
    ['is half a name', '["demo"]\n'],
    ['is no name that a store can keep', '["\\ud800","alice"]\n'],
    ['is the name of another entry', longHead],
    ['is a name that needs no such entry', '["demo","alice"]\n'],
  ])('has no long entry whose first line %s', async (_, content) => {
    const own = standIn();
    own.put('keystow/%long/0123', content);
    expect(await passOn(own).list()).toEqual([]);
  });

  test('fails where a long entry cannot be read', async () => {
    const own = standIn({ show: noSecretKey });
    own.put(longPath, longHead);
    await failure(passOn(own).list(), 'locked');
  });

  test('of a store in which keystow keeps nothing is empty', async () => {
    expect(await passOn(standIn()).list()).toEqual([]);
  });

  test('of no service is refused', async () => {
    expect((await failure(passOn(standIn()).list(''), 'invalid-name')).message).toBe('the service is empty');
  });
});

describe('what GnuPG says', () => {
  test.each([
    [
      'gpg: decryption failed: No secret key',
      'locked',
      'the key of the password store is locked, or not on this machine',
    ],
    [
      'gpg: public key decryption failed: No pinentry',
      'locked',
      'the key of the password store is locked, or not on this machine',
    ],
    ['gpg: public key decryption failed: Operation cancelled', 'locked', 'the dialog of GnuPG was dismissed'],
    ['Error: You must run: pass init your-gpg-id', 'no-collection', 'the password store has no key to write for'],
    ['gpg: tests: skipped: No public key', 'no-collection', 'the password store has no key to write for'],
    [
      'gpg: 1234: There is no assurance this key belongs to',
      'no-collection',
      'the password store has no key to write for',
    ],
    ['gpg: out of memory', 'failed', 'the password store failed'],
  ] as const)('%s', async (words, code, meaning) => {
    const own = standIn({ show: `echo "${words}" >&2; echo "more of it" >&2; exit 2` });
    own.put('keystow/demo/alice', 's3cret');
    const error = await failure(passOn(own).get(name), code);
    expect(error.message).toBe(`${meaning}: ${words} more of it`);
    expect(error.evidence).toEqual({ text: `${words} more of it` });
  });

  test('is told by a pass that reads nothing of a large secret, too', async () => {
    const own = standIn({ insert: noSecretKey });
    await failure(passOn(own).set(name, new Secret(new Uint8Array(1_000_000))), 'locked');
  });
});

describe('a folder that the system does not let look into', () => {
  test('is a failure, and nothing is taken for absent', async () => {
    const own = standIn();
    rmSync(join(own.home, '.password-store'), { recursive: true });
    writeFileSync(join(own.home, '.password-store'), '');
    const store = passOn(own);
    const text = `ENOTDIR: not a directory`;
    for (const work of [() => store.get(name), () => store.delete(name), () => store.list()]) {
      expect((await failure(work(), 'failed')).message).toContain(`the password store failed: ${text}`);
    }
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'failed',
      evidence: { text: expect.stringContaining(text) },
    });
  });
});

describe('without pass', () => {
  test('nothing is installed', async () => {
    const own = standIn();
    own.put('keystow/demo/alice', 's3cret');
    const store = passOn({ environment: { ...own.environment, PATH: '/nonexistent' } });
    const error = await failure(store.get(name), 'not-installed');
    expect(error.message).toBe('pass is not installed');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
    expect(await store.probe()).toMatchObject({ kind: 'unsupported', reason: 'not-installed' });
  });
});

describe('the probe', () => {
  test('finds it usable, and leaves nothing', async () => {
    const own = standIn();
    expect(await passOn(own).probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
    expect(own.entries()).toEqual({});
    expect(own.calls().at(-1)).toMatch(/^rm --force keystow\/keystow-tests\/probe-[0-9a-f]{32}$/);
  });

  test('finds that there is no store, and runs nothing', async () => {
    const own = standIn();
    rmSync(join(own.home, '.password-store', '.gpg-id'));
    expect(await passOn(own).probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    expect(own.calls()).toEqual([]);
  });

  test.each([
    [{ show: 'echo something else' }, 'round-trip-mismatch'],
    [{ show: 'rm "$entry"; exit 1' }, 'round-trip-mismatch'],
    [{ show: noSecretKey }, 'locked'],
    [{ show: 'exit 1' }, 'failed'],
  ])('finds what is amiss, and leaves nothing: %j', async (instead, reason) => {
    const own = standIn(instead);
    expect(await passOn(own).probe()).toMatchObject({ kind: 'service-failure', reason });
    expect(own.entries()).toEqual({});
  });

  test('that is called off before runs nothing', async () => {
    const own = standIn();
    const probe = passOn(own).probe({ signal: AbortSignal.abort() });
    await failure(probe, 'cancelled');
    expect(own.calls()).toEqual([]);
  });
});

/** A call that waits until `go` is called. */
function waiting() {
  const own = standIn({
    show: 'trap "" TERM; sleep 60 & echo $! >"$HOME/sleep"; touch "$HOME/begun"; while ! test -e "$HOME/go"; do sleep 0.02; done; cat "$entry"',
  });
  own.put('keystow/demo/alice', 's3cret');
  return {
    own,
    begun: () => until(() => existsSync(join(own.home, 'begun'))),
    go() {
      endSleep(own);
      writeFileSync(join(own.home, 'go'), '');
    },
  };
}

const sleepOf = (own: StandIn) => readFileSync(join(own.home, 'sleep'), 'utf8').trim();
const endSleep = (own: StandIn) => process.kill(Number(sleepOf(own)), 'SIGKILL');

/** What nobody waits for any more is left as a zombie where process 1 does not look after it. */
function isRunning(pid: string): boolean {
  const states = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' });
  return new RegExp(`^ *${pid} +[^Z]`, 'm').test(states);
}

describe('where nobody is there', () => {
  const limited = (limitMs: number | undefined) => (limitMs === undefined ? {} : { limitMs });

  test.each([
    [undefined, 2500],
    [700, 700],
  ])('a call is over after its limit (%s: %d ms), with everything that it started', async (given, limitMs) => {
    const { own, begun } = waiting();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reading = passOn(own, limited(given)).get(name);
    let over = false;
    reading.catch(() => {
      over = true;
    });
    await begun();
    vi.advanceTimersByTime(limitMs - 1);
    await new Promise(setImmediate);
    expect([over, isRunning(sleepOf(own))]).toEqual([false, true]);
    vi.advanceTimersByTime(1);
    expect((await failure(reading, 'timed-out')).message).toBe('the password store did not answer in time');
    await until(() => !isRunning(sleepOf(own)));
  });

  test('GnuPG is to fail where it would ask, beside what the user wants of it', async () => {
    const own = standIn({ show: 'echo "$PASSWORD_STORE_GPG_OPTS, $LC_ALL"' });
    own.put('keystow/demo/alice', '');
    const environment = { ...own.environment, LC_ALL: 'de_DE.UTF-8' };
    expect(textOf(await passOn({ environment }).get(name))).toBe(' --pinentry-mode=error, C.UTF-8\n');
    const wanted = { ...environment, PASSWORD_STORE_GPG_OPTS: '--armor' };
    expect(textOf(await passOn({ environment: wanted }).get(name))).toBe('--armor --pinentry-mode=error, C.UTF-8\n');
  });
});

describe('where somebody is there', () => {
  test('a call that takes a second is told of, once, and is waited for', async () => {
    const { own, begun, go } = waiting();
    const told: string[] = [];
    const interaction = { interactive: true, notifyWaiting: (what: string) => void told.push(what) };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reading = passOn(own, { interaction }).get(name);
    await begun();
    vi.advanceTimersByTime(999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['password store']);
    vi.advanceTimersByTime(600_000);
    go();
    expect(textOf(await reading)).toBe('s3cret');
    expect(told).toEqual(['password store']);
  });

  test('a call that is over is not told of', async () => {
    const own = standIn();
    own.put('keystow/demo/alice', 's3cret');
    const interaction = { interactive: true, notifyWaiting: () => expect.unreachable() };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await passOn(own, { interaction }).get(name);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('GnuPG may ask', async () => {
    const own = standIn({ show: 'echo "$PASSWORD_STORE_GPG_OPTS"' });
    own.put('keystow/demo/alice', '');
    const interaction = { interactive: true, notifyWaiting: () => undefined };
    expect(textOf(await passOn(own, { interaction }).get(name))).toBe('\n');
  });
});
