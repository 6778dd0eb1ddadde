import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withCircuitBreaker } from '../../src/composition/circuit-breaker.ts';
import { failure } from '../contract/errors.ts';
import { describeStore } from '../contract/require-stores.ts';
import { textSecret } from '../contract/secrets.ts';
import { createPasswordStore, findMissingPass, openPass, type TestPasswordStore } from './harness.ts';

const name = { service: 'demo', account: 'alice' };

function passwordStore(passphrase?: string) {
  const own = createPasswordStore(passphrase);
  onTestFinished(() => own.stop());
  return own;
}

/** Locks the key, and answers GnuPG's dialog with lines of the Assuan protocol. */
function answerPassphrase(own: TestPasswordStore, answer: string) {
  const { GNUPGHOME = '' } = own.environment;
  const [program, prompts] = [join(GNUPGHOME, 'pinentry'), join(GNUPGHOME, 'prompts')];
  const script = `#!/bin/sh
    echo OK
    while read -r command rest; do
      case $command in
        GETPIN) echo prompt >>${prompts}; echo '${answer}' ;;
        *) echo OK ;;
      esac
    done`;
  writeFileSync(program, script, { mode: 0o755 });
  writeFileSync(join(GNUPGHOME, 'gpg-agent.conf'), `pinentry-program ${program}\n`);
  own.run('gpgconf', '--kill', 'gpg-agent');
  return { countPrompts: () => readFileSync(prompts, 'utf8').trimEnd().split('\n').length };
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

  test.each([
    ['dismissed', 'ERR 83886179 Operation cancelled'],
    ['closed', 'ERR 83886278 Operation fully cancelled'],
  ])('a dialog that is %s does not come back within one command', async (_, answer) => {
    const own = passwordStore('of the key');
    await openPass(own).set(name, textSecret('kept'));
    const pinentry = answerPassphrase(own, answer);
    const store = withCircuitBreaker(openPass(own, { interaction: { interactive: true, notifyWaiting() {} } }));
    const error = await failure(store.get(name), 'locked');
    expect(error.evidence).toMatchObject({ dismissed: true });
    expect(await failure(store.get(name), 'locked')).toBe(error);
    expect(await store.probe()).toMatchObject({ reason: 'locked' });
    expect(pinentry.countPrompts()).toBe(1);
  });

  test('a passphrase that is entered in the dialog unlocks the key', async () => {
    const own = passwordStore('of the key');
    const store = openPass(own, { interaction: { interactive: true, notifyWaiting() {} } });
    await store.set(name, textSecret('kept'));
    const pinentry = answerPassphrase(own, 'D of the key\nOK');
    expect(Buffer.from((await store.get(name))?.expose() ?? []).toString()).toBe('kept');
    expect(pinentry.countPrompts()).toBe(1);
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
