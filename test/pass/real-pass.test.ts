import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { createPasswordStore, findMissingPass, openPass } from './harness.ts';

const name = { service: 'demo', account: 'alice' };

function passwordStore(passphrase?: string) {
  const own = createPasswordStore(passphrase);
  onTestFinished(() => own.stop());
  return own;
}

describeStore('a password store', 'pass', findMissingPass(), () => {
  test('the user reads keystow’s entry with pass, and keystow reads the user’s', async () => {
    const own = passwordStore();
    await openPass(own).set(name, textSecret('of keystow'));
    expect(own.run('pass', 'show', 'keystow/demo/alice')).toBe('of keystow');
    own.run('sh', '-c', 'printf "of the user" | pass insert --multiline --force keystow/demo/bob');
    expect(Buffer.from((await openPass(own).get({ ...name, account: 'bob' }))?.expose() ?? []).toString()).toBe(
      'of the user',
    );
  });

  test('the user’s other entries are neither listed nor changed', async () => {
    const own = passwordStore();
    own.run('sh', '-c', 'echo mine | pass insert --multiline mail/alice');
    own.run('sh', '-c', 'echo mine | pass insert --multiline keystow/NOT-OURS');
    expect(await openPass(own).list()).toEqual([]);
    expect(own.run('pass', 'show', 'mail/alice')).toBe('mine\n');
  });

  test('with a locked key, reads fail immediately with locked, while listing and writing work', async () => {
    const own = passwordStore('of the key');
    const store = openPass(own);
    await store.set(name, textSecret('kept'));
    own.run('gpgconf', '--kill', 'gpg-agent');
    await failure(store.get(name), 'locked');
    expect(await store.list()).toEqual([name]);
    expect(await store.probe()).toMatchObject({ kind: 'service-failure', reason: 'locked' });
    expect(await store.list()).toEqual([name]);
    expect(await store.get({ ...name, account: 'nobody' })).toBeUndefined();
  });

  test('an uninitialised password store is no-collection, and is not created', async () => {
    const own = passwordStore();
    own.run('rm', '-r', join(own.environment.HOME ?? '', '.password-store'));
    const store = openPass(own);
    expect(await store.probe()).toEqual({ kind: 'service-failure', reason: 'no-collection' });
    await failure(store.set(name, textSecret('x')), 'no-collection');
    expect(await store.get(name)).toBeUndefined();
  });

  test('without pass, the store is not installed', async () => {
    const own = passwordStore();
    const store = openPass({ ...own, environment: { ...own.environment, PATH: '/nonexistent' } });
    expect(await store.probe()).toMatchObject({ reason: 'not-installed' });
  });

  test('if GnuPG hangs, calls time out, and no process is left running', async () => {
    const own = passwordStore();
    await openPass(own).set(name, textSecret('kept'));
    const programs = join(own.environment.HOME ?? '', 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'gpg2'), '#!/bin/sh\nexec sleep 6543\n');
    chmodSync(join(programs, 'gpg2'), 0o755);
    const environment = { ...own.environment, PATH: `${programs}:${own.environment.PATH}` };
    const store = openPass({ ...own, environment }, { timeoutMs: 300 });
    await failure(store.get(name), 'timed-out');
    expect(await store.probe()).toMatchObject({ reason: 'timed-out' });
    expect(own.run('sh', '-c', 'pgrep -f "[s]leep 6543" || true')).toBe('');
  });

  test('an aborted write leaves the old secret', async () => {
    const own = passwordStore();
    const store = openPass(own);
    await store.set(name, textSecret('old'));
    const aborting = new AbortController();
    const writing = store.set(name, textSecret('n'.repeat(1_000_000)), { signal: aborting.signal });
    setTimeout(() => aborting.abort(), 20);
    await failure(writing, 'cancelled');
    expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('old');
  });
});
