import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { PassOptions } from '../../src/adapters/pass/pass.ts';
import { Secret } from '../../src/domain/secret.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';
import { needsPosix, needsRoot } from '../support/needs.ts';
import { createFakePass, type FakePass } from './fake-pass.ts';
import { openPass } from './harness.ts';

const name = { service: 'demo', account: 'alice' };
const long = { service: 'demo', account: 'é'.repeat(1024) };
const longHeader = `${JSON.stringify([long.service, long.account])}\n`;
const longPath = `keystow/%long/${createHash('sha256').update(longHeader).digest('hex')}`;
const toText = (secret: Secret | undefined) => secret && Buffer.from(secret.expose()).toString();
const noSecretKey = 'echo "gpg: decryption failed: No secret key" >&2; exit 2';

const realTimeout = setTimeout;
afterEach(() => void vi.useRealTimers());

/** Waits in real time, even while fake timers are in use. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((done) => realTimeout(done, 10));
}

describe('an entry', () => {
  test('holds only the secret, at keystow/SERVICE/ACCOUNT', async () => {
    const own = createFakePass();
    const store = openPass(own);
    await store.set(name, textSecret('s3cret'));
    expect(own.entries()).toEqual({ 'keystow/demo/alice': 's3cret' });
    expect(toText(await store.get(name))).toBe('s3cret');
    expect([store.id, store.listing]).toEqual(['pass', 'all']);
    await store.close();
  });

  test('with a name too long for a path is stored at the hash of its first line, which holds the name', async () => {
    const own = createFakePass();
    const store = openPass(own);
    await store.set(long, textSecret('s3cret'));
    expect(own.entries()).toEqual({ [longPath]: `${longHeader}s3cret` });
    expect(toText(await store.get(long))).toBe('s3cret');
    expect(await store.list()).toEqual([long]);
    expect(await store.delete(long)).toBe(true);
    expect(own.entries()).toEqual({});
  });

  test('is in PASSWORD_STORE_DIR if that is set', async () => {
    const own = createFakePass();
    const folder = join(own.home, 'elsewhere');
    mkdirSync(join(folder, 'keystow', 'demo'), { recursive: true });
    writeFileSync(join(folder, 'keystow', 'demo', 'bob.gpg'), '');
    const environment = { ...own.environment, PASSWORD_STORE_DIR: folder };
    own.put('keystow/demo/alice', 's3cret');
    expect(await openPass({ environment }).list()).toEqual([{ service: 'demo', account: 'bob' }]);
    expect(await openPass(own).list()).toEqual([name]);
  });

  test('that does not exist is absent, and pass is not run', async () => {
    const own = createFakePass();
    expect(await openPass(own).get(name)).toBeUndefined();
    expect(await openPass(own).delete(name)).toBe(false);
    expect(own.calls()).toEqual([]);
  });

  test('that another process removes during a read is absent', async () => {
    const own = createFakePass({ show: 'rm "$entry"; exit 1' });
    own.put('keystow/demo/alice', 's3cret');
    expect(await openPass(own).get(name)).toBeUndefined();
  });

  test('is replaced atomically: an aborted write leaves the old secret, and its draft is not listed', async () => {
    const own = createFakePass({ insert: 'cat >"$entry"; touch "$HOME/half-way"; exec sleep 60' });
    own.put('keystow/demo/alice', 'old');
    const calling = new AbortController();
    const writing = openPass(own).set(name, textSecret('new'), { signal: calling.signal });
    await until(() => existsSync(join(own.home, 'half-way')));
    calling.abort();
    await failure(writing, 'cancelled');
    expect(own.entries()).toEqual({ 'keystow/%new': 'new', 'keystow/demo/alice': 'old' });
    expect(toText(await openPass(own).get(name))).toBe('old');
    expect(await openPass(own).list()).toEqual([name]);
  });

  test('holds at most 8 MiB', async () => {
    const own = createFakePass({ insert: 'cat >/dev/null; echo >"$entry"' });
    const maxBytes = 8 * 1024 * 1024;
    await openPass(own).set(name, new Secret(new Uint8Array(maxBytes)));
    const error = await failure(openPass(own).set(name, new Secret(new Uint8Array(maxBytes + 1))), 'too-large');
    expect(error.message).toBe('the secret is larger than 8 MiB');
    expect(own.calls()).toHaveLength(2);
  });
});

describe('a password store that another user could change', () => {
  const folders = ['.password-store', '.password-store/keystow', '.password-store/keystow/demo'];
  const lists = ['.password-store/.gpg-id', '.password-store/keystow/.gpg-id', '.password-store/keystow/demo/.gpg-id'];

  /** Pass isn't called, neither for a write nor for the probe's. Reads go on, as everything there was encrypted before. */
  async function expectDenied(own: FakePass, path: string): Promise<void> {
    const error = await failure(openPass(own).set(name, textSecret('s3cret')), 'denied');
    expect(error.message).toContain(path);
    expect(await openPass(own).probe()).toMatchObject({ kind: 'service-failure', reason: 'denied' });
    expect(own.calls().filter((call) => !call.startsWith('show'))).toEqual([]);
    expect(toText(await openPass(own).get(name))).toBe('old');
  }

  function existing() {
    const own = createFakePass();
    own.put('keystow/demo/alice', 'old');
    for (const list of lists) writeFileSync(join(own.home, list), 'tests\n');
    return own;
  }

  test.each([...folders, ...lists])('because others can write to %s is not written to', needsPosix, async (path) => {
    const own = existing();
    chmodSync(join(own.home, path), 0o777);
    // The probe's own entry is in another folder.
    if (/keystow.demo/.test(path)) await failure(openPass(own).set(name, textSecret('s3cret')), 'denied');
    else await expectDenied(own, path);
  });

  test.each([...folders.slice(0, 1), ...lists.slice(0, 1)])(
    'because another user owns %s is not written to',
    needsRoot,
    async (path) => {
      const own = existing();
      chownSync(join(own.home, path), 4711, 4711);
      await expectDenied(own, path);
    },
  );

  test('because others can write to PASSWORD_STORE_DIR is not written to', needsPosix, async () => {
    const own = existing();
    const folder = join(own.home, 'elsewhere');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const environment = { ...own.environment, PASSWORD_STORE_DIR: folder };
    await failure(openPass({ environment }).set(name, textSecret('s3cret')), 'denied');
    expect(own.calls()).toEqual([]);
  });
});

describe('writers', () => {
  test('run one at a time, even with several handles', async () => {
    const own = createFakePass({ insert: 'mkdir "$HOME/busy" && cat >"$entry" && sleep 0.05 && rmdir "$HOME/busy"' });
    const accounts = ['alice', 'bob', 'carol'];
    await Promise.all(accounts.map((account) => openPass(own).set({ ...name, account }, textSecret(`of ${account}`))));
    expect(Object.values(own.entries()).sort()).toEqual(['of alice', 'of bob', 'of carol']);
    expect(await Promise.all(accounts.map((account) => openPass(own).delete({ ...name, account })))).toEqual([
      true,
      true,
      true,
    ]);
  });
});

describe('a list', () => {
  test('contains keystow’s credentials, sorted, of one service or all, and does not run pass', async () => {
    const own = createFakePass();
    for (const entry of ['demo/bob', 'demo/alice', 'demos/carol']) own.put(`keystow/${entry}`, '');
    for (const entry of ['mail', 'keystow/%new', 'keystow/Demo/dave', 'keystow-too/demo/dave']) own.put(entry, '');
    const folder = join(own.home, '.password-store', 'keystow', 'demo');
    writeFileSync(join(folder, 'notes.txt'), '');
    mkdirSync(join(folder, 'folder.gpg'));
    const store = openPass(own);
    const [alice, bob] = [name, { ...name, account: 'bob' }];
    expect(await store.list()).toEqual([alice, bob, { service: 'demos', account: 'carol' }]);
    expect(await store.list('demo')).toEqual([alice, bob]);
    expect(await store.list('nobody')).toEqual([]);
    expect(own.calls()).toEqual([]);
  });

  test.each([
    ['is not JSON', 'x'],
    ['is not a name', 'null\n'],
    ['is only half a name', '["demo"]\n'],
    ['is an invalid name', '["\\ud800","alice"]\n'],
    ['is the name of another entry', longHeader],
    ['is a name short enough for a path', '["demo","alice"]\n'],
  ])('skips a long entry whose first line %s', async (_, content) => {
    const own = createFakePass();
    own.put('keystow/%long/0123', content);
    expect(await openPass(own).list()).toEqual([]);
  });

  test('fails if a long entry cannot be read', async () => {
    const own = createFakePass({ show: noSecretKey });
    own.put(longPath, longHeader);
    await failure(openPass(own).list(), 'locked');
  });

  test('is empty if keystow has stored nothing', async () => {
    expect(await openPass(createFakePass()).list()).toEqual([]);
  });

  test('rejects an empty service', async () => {
    await failure(openPass(createFakePass()).list(''), 'invalid-name');
  });
});

describe('an error of GnuPG', () => {
  test.each([
    ['gpg: decryption failed: No secret key', 'locked', 'the key of the password store is locked or missing'],
    ['gpg: public key decryption failed: No pinentry', 'locked', 'the key of the password store is locked or missing'],
    ['Error: You must run: pass init your-gpg-id', 'no-collection', 'the password store has no key to encrypt for'],
    ['gpg: tests: skipped: No public key', 'no-collection', 'the password store has no key to encrypt for'],
    [
      'gpg: 1234: There is no assurance this key belongs to',
      'no-collection',
      'the password store has no key to encrypt for',
    ],
    ['gpg: out of memory', 'failed', 'the password store failed'],
  ] as const)('%s', async (text, code, meaning) => {
    const own = createFakePass({ show: `echo "${text}" >&2; echo "more of it" >&2; exit 2` });
    own.put('keystow/demo/alice', 's3cret');
    const error = await failure(openPass(own).get(name), code);
    expect(error.message).toBe(`${meaning}: ${text} more of it`);
    expect(error.evidence).toEqual({ text: `${text} more of it` });
  });

  test.each([
    [
      'GnuPG asked for the passphrase',
      '[GNUPG:] PINENTRY_LAUNCHED 3 gnome3 1.2.1',
      'gpg: decryption failed: No secret key',
    ],
    ['it says so', '', 'gpg: public key decryption failed: Operation cancelled'],
    ['it says so in other words', '', 'gpg: public key decryption failed: Operation fully cancelled'],
    ['it says both', '', 'gpg: decrypting: Operation cancelled gpg: decryption failed: No secret key'],
  ])('shows that the dialog was dismissed if %s', async (_, status, text) => {
    const own = createFakePass({
      show: `echo "${status}" >&2; echo "${text}" >&2; echo "[GNUPG:] END_DECRYPTION" >&2; exit 2`,
    });
    own.put('keystow/demo/alice', 's3cret');
    const error = await failure(openPass(own).get(name), 'locked');
    expect(error.message).toBe(`the key of the password store was not unlocked in the dialog of GnuPG: ${text}`);
    expect(error.evidence).toEqual({ dismissed: true, text });
    expect(await openPass(own).probe()).toMatchObject({ reason: 'locked', evidence: { dismissed: true, text } });
  });

  test('other than a locked key is reported as it is, even after a dialog', async () => {
    const lines = ['[GNUPG:] PINENTRY_LAUNCHED 3 gnome3 1.2.1', 'gpg: out of memory'];
    const own = createFakePass({ show: `${lines.map((line) => `echo "${line}" >&2`).join(';')}; exit 2` });
    own.put('keystow/demo/alice', 's3cret');
    expect((await failure(openPass(own).get(name), 'failed')).evidence).toEqual({ text: 'gpg: out of memory' });
  });

  test('is reported even if pass does not read a large secret', async () => {
    const own = createFakePass({ insert: noSecretKey });
    await failure(openPass(own).set(name, new Secret(new Uint8Array(1_000_000))), 'locked');
  });
});

describe('an unreadable password store', () => {
  test('is a failure, not an absence', async () => {
    const own = createFakePass();
    rmSync(join(own.home, '.password-store'), { recursive: true });
    writeFileSync(join(own.home, '.password-store'), '');
    const store = openPass(own);
    const text = 'ENOTDIR: not a directory';
    for (const work of [() => store.get(name), () => store.delete(name), () => store.list()]) {
      await failure(work(), 'failed');
    }
    expect(await store.probe()).toEqual({
      kind: 'service-failure',
      reason: 'failed',
      evidence: { text: expect.stringContaining(text) },
    });
  });
});

describe('if pass is missing', () => {
  test('the store is not installed', async () => {
    const own = createFakePass();
    own.put('keystow/demo/alice', 's3cret');
    const store = openPass({ environment: { ...own.environment, PATH: '/nonexistent' } });
    const error = await failure(store.get(name), 'not-installed');
    expect(error.message).toBe('pass is not installed');
    expect(error.cause).toMatchObject({ code: 'ENOENT' });
    expect(await store.probe()).toMatchObject({ kind: 'unsupported', reason: 'not-installed' });
  });
});

describe('the probe', () => {
  test('finds the store usable, and leaves nothing behind', async () => {
    const own = createFakePass();
    expect(await openPass(own).probe()).toEqual({ kind: 'usable', persistence: 'until-delete' });
    expect(own.entries()).toEqual({});
    expect(own.calls().at(-1)).toMatch(/^rm --force keystow\/keystow-tests\/probe-[0-9a-f]{32}$/);
  });

  test('finds that there is no password store, without running pass', async () => {
    const own = createFakePass();
    rmSync(join(own.home, '.password-store', '.gpg-id'));
    expect(await openPass(own).probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    expect(own.calls()).toEqual([]);
  });

  test.each([
    [{ show: 'echo something else' }, 'round-trip-mismatch'],
    [{ show: 'rm "$entry"; exit 1' }, 'round-trip-mismatch'],
    [{ show: noSecretKey }, 'locked'],
    [{ show: 'exit 1' }, 'failed'],
  ])('finds the failure, and leaves nothing behind: %j', async (instead, reason) => {
    const own = createFakePass(instead);
    expect(await openPass(own).probe()).toMatchObject({ kind: 'service-failure', reason });
    expect(own.entries()).toEqual({});
  });

  test('does not run pass if the signal is already aborted', async () => {
    const own = createFakePass();
    const probe = openPass(own).probe({ signal: AbortSignal.abort() });
    await failure(probe, 'cancelled');
    expect(own.calls()).toEqual([]);
  });
});

/** A pass whose `show` blocks until `go` is called, and does nothing meanwhile. */
function createBlockingPass() {
  const own = createFakePass({
    show: 'trap "" TERM; sleep 60 & echo $! >"$HOME/sleep"; touch "$HOME/started"; wait; cat "$entry"',
  });
  own.put('keystow/demo/alice', 's3cret');
  return {
    own,
    started: () => until(() => existsSync(join(own.home, 'started'))),
    go: () => killSleep(own),
  };
}

const readSleepPid = (own: FakePass) => readFileSync(join(own.home, 'sleep'), 'utf8').trim();
const killSleep = (own: FakePass) => process.kill(Number(readSleepPid(own)), 'SIGKILL');

/** Ignores zombies: an orphan stays one if process 1 does not reap it. */
function isRunning(pid: string): boolean {
  const states = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' });
  return new RegExp(`^ *${pid} +[^Z]`, 'm').test(states);
}

describe('non-interactive', () => {
  test.each([
    [undefined, 2500],
    [700, 700],
  ])('a call is killed at its timeout, with every process that it started (%s: %d ms)', async (given, timeoutMs) => {
    const { own, started } = createBlockingPass();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reading = openPass(own, { timeoutMs: given } as Partial<PassOptions>).get(name);
    let ended = false;
    reading.catch(() => {
      ended = true;
    });
    await started();
    vi.advanceTimersByTime(timeoutMs - 1);
    await new Promise(setImmediate);
    expect([ended, isRunning(readSleepPid(own))]).toEqual([false, true]);
    vi.advanceTimersByTime(1);
    // On a busy machine, the start of the process may count as progress.
    await until(() => {
      if (!ended) vi.advanceTimersByTime(timeoutMs);
      return ended;
    });
    expect((await failure(reading, 'timed-out')).message).toBe('the password store did not answer in time');
    await until(() => !isRunning(readSleepPid(own)));
  });

  test('GnuPG is told to fail instead of asking, in addition to the user’s own options', async () => {
    const own = createFakePass({ show: 'echo "$PASSWORD_STORE_GPG_OPTS, $LC_ALL"' });
    own.put('keystow/demo/alice', '');
    const environment = { ...own.environment, LC_ALL: 'de_DE.UTF-8' };
    expect(toText(await openPass({ environment }).get(name))).toBe(' --pinentry-mode=error, C.UTF-8\n');
    const withOptions = { ...environment, PASSWORD_STORE_GPG_OPTS: '--armor' };
    expect(toText(await openPass({ environment: withOptions }).get(name))).toBe(
      '--armor --pinentry-mode=error, C.UTF-8\n',
    );
  });
});

describe('interactive', () => {
  test('a call that takes a second notifies the user once, and has no timeout', async () => {
    const { own, started, go } = createBlockingPass();
    const notices: string[] = [];
    const interaction = { interactive: true, notifyWaiting: (what: string) => void notices.push(what) };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const reading = openPass(own, { interaction }).get(name);
    await started();
    vi.advanceTimersByTime(999);
    expect(notices).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(notices).toEqual(['password store']);
    vi.advanceTimersByTime(600_000);
    go();
    expect(toText(await reading)).toBe('s3cret');
    expect(notices).toEqual(['password store']);
  });

  test('a call that ends earlier does not notify the user', async () => {
    const own = createFakePass();
    own.put('keystow/demo/alice', 's3cret');
    const interaction = { interactive: true, notifyWaiting: () => expect.unreachable() };
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await openPass(own, { interaction }).get(name);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('GnuPG may ask for a passphrase, and reports that it does', async () => {
    const own = createFakePass({ show: 'echo "$PASSWORD_STORE_GPG_OPTS"' });
    own.put('keystow/demo/alice', '');
    const interaction = { interactive: true, notifyWaiting: () => undefined };
    expect(toText(await openPass(own, { interaction }).get(name))).toBe(' --status-fd=2\n');
  });
});
