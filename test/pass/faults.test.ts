import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { missing, ownPasswordStore } from './gnupg.ts';
import { passOn } from './harness.ts';

const name = { service: 'demo', account: 'alice' };

function passwordStore(passphrase?: string) {
  const own = ownPasswordStore(passphrase);
  onTestFinished(() => own.stop());
  return own;
}

describeStore('a password store', 'pass', missing(), () => {
  test('keeps an entry that the user reads with pass, and reads one that the user wrote', async () => {
    const own = passwordStore();
    await passOn(own).set(name, textSecret('of keystow'));
    expect(own.run('pass', 'show', 'keystow/demo/alice')).toBe('of keystow');
    own.run('sh', '-c', 'printf "of the user" | pass insert --multiline --force keystow/demo/bob');
    expect(Buffer.from((await passOn(own).get({ ...name, account: 'bob' }))?.expose() ?? []).toString()).toBe(
      'of the user',
    );
  });

  test('has entries of the user’s own, which are neither listed nor touched', async () => {
    const own = passwordStore();
    own.run('sh', '-c', 'echo mine | pass insert --multiline mail/alice');
    own.run('sh', '-c', 'echo mine | pass insert --multiline keystow/NOT-OURS');
    expect(await passOn(own).list()).toEqual([]);
    expect(own.run('pass', 'show', 'mail/alice')).toBe('mine\n');
  });

  test('whose key is locked: a read is locked at once, what is there is still listed, and a write needs no key', async () => {
    const own = passwordStore('of the key');
    const store = passOn(own);
    await store.set(name, textSecret('kept'));
    own.run('gpgconf', '--kill', 'gpg-agent');
    const error = await failure(store.get(name), 'locked');
    expect(error.message).toContain('the key of the password store is locked, or not on this machine');
    expect(await store.list()).toEqual([name]);
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
    expect(await store.list()).toEqual([name]);
    expect(await store.get({ ...name, account: 'nobody' })).toBeUndefined();
  });

  test('that was never made: no collection, and nothing of it is made', async () => {
    const own = passwordStore();
    own.run('rm', '-r', join(own.environment.HOME ?? '', '.password-store'));
    const store = passOn(own);
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    const error = await failure(store.set(name, textSecret('x')), 'no-collection');
    expect(error.message).toContain('has no key to write for');
    expect(await store.get(name)).toBeUndefined();
  });

  test('without pass: not installed', async () => {
    const own = passwordStore();
    const store = passOn({ ...own, environment: { ...own.environment, PATH: '/nonexistent' } });
    expect(await store.probe()).toMatchObject({ reason: 'not-installed' });
  });

  test('whose GnuPG does not answer: timed out, and nothing is left running', async () => {
    const own = passwordStore();
    await passOn(own).set(name, textSecret('kept'));
    const programs = join(own.environment.HOME ?? '', 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'gpg2'), '#!/bin/sh\nexec sleep 6543\n');
    chmodSync(join(programs, 'gpg2'), 0o755);
    const environment = { ...own.environment, PATH: `${programs}:${own.environment.PATH}` };
    const store = passOn({ ...own, environment }, { limitMs: 300 });
    await failure(store.get(name), 'timed-out');
    expect(await store.probe()).toMatchObject({ reason: 'timed-out' });
    expect(own.run('sh', '-c', 'pgrep -f "[s]leep 6543" || true')).toBe('');
  });

  test('keeps the old secret where a write is called off half-way', async () => {
    const own = passwordStore();
    const store = passOn(own);
    await store.set(name, textSecret('old'));
    const bound = new AbortController();
    const writing = store.set(name, textSecret('n'.repeat(1_000_000)), { signal: bound.signal });
    setTimeout(() => bound.abort(), 20);
    await failure(writing, 'cancelled');
    expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('old');
  });
});
