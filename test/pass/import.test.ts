import { afterEach, beforeEach, expect, test } from 'vitest';
import { Sandbox } from '../cli/sandbox.ts';
import { describeStore } from '../contract/require-stores.ts';
import { createPasswordStore, findMissingPass, type TestPasswordStore } from './harness.ts';

describeStore('import pass', 'pass', findMissingPass(), () => {
  let own: TestPasswordStore;
  let sandbox: Sandbox;
  beforeEach(() => {
    own = createPasswordStore();
    sandbox = new Sandbox({
      GNUPGHOME: own.environment.GNUPGHOME ?? '',
      PASSWORD_STORE_DIR: `${own.environment.HOME}/.password-store`,
      KEYSTOW_STORAGE: 'file',
    });
  });
  afterEach(() => {
    sandbox.remove();
    own.stop();
  });

  test('[TR3] stores the first line of each entry, with the folder as the service, and leaves keystow its own entries', () => {
    sandbox.run(
      'printf "s3cret-a\\nurl: x" | pass insert -m web/github.com/alice; echo s3cret-b | pass insert -m wifi',
    );
    sandbox.run('printf "\\nmore" | pass insert -m empty/line; echo s3cret | pass insert -m keystow/own/entry');
    expect(sandbox.run('keystow import pass')).toEqual({
      stdout: [
        'imported web/github.com alice into the encrypted file',
        'imported wifi "" into the encrypted file',
        'imported 2 credentials, 0 stored already, 1 skipped\n',
      ].join('\n'),
      stderr: [
        'keystow: only the first line of empty/line is imported',
        'keystow: only the first line of web/github.com/alice is imported',
        'keystow: skipped empty/line: it has an empty first line\n',
      ].join('\n'),
      exit: 1,
    });
    expect(sandbox.run('keystow get web/github.com alice').stdout).toBe('s3cret-a');
    expect(sandbox.run("keystow get wifi ''").stdout).toBe('s3cret-b');
    expect(sandbox.run('pass show web/github.com/alice').stdout).toBe('s3cret-a\nurl: x');
  });

  test('without a password store, nothing is imported', () => {
    expect(sandbox.run('PASSWORD_STORE_DIR=missing keystow import pass').exit).toBe(0);
  });
});
