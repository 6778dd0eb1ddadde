import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { createPasswordStore, findMissingPass, type TestPasswordStore } from '../pass/harness.ts';
import { Sandbox } from './sandbox.ts';

describeStore('with a password store', 'pass', findMissingPass(), () => {
  let own: TestPasswordStore;
  let sandbox: Sandbox;

  beforeEach(() => {
    own = createPasswordStore();
    sandbox = new Sandbox({
      GNUPGHOME: own.environment.GNUPGHOME ?? '',
      PASSWORD_STORE_DIR: `${own.environment.HOME}/.password-store`,
    });
  });
  afterEach(() => {
    sandbox.remove();
    own.stop();
  });

  test('keystow writes to it with KEYSTOW_USE_PASS=1, and reads from it later without the variable', () => {
    const set = sandbox.run('printf s3cret | KEYSTOW_USE_PASS=1 keystow set github.com alice');
    expect(set).toEqual({ stdout: 'stored github.com alice in the password store\n', stderr: '', exit: 0 });
    expect(own.run('pass', 'show', 'keystow/github.com/alice')).toBe('s3cret');
    expect(sandbox.run('keystow get github.com alice')).toEqual({ stdout: 's3cret', stderr: '', exit: 0 });
    expect(sandbox.run('KEYSTOW_USE_PASS=1 keystow doctor').stdout).toMatch(
      /^Credential Storage: Password store \(pass\)\n/,
    );
    expect(sandbox.run('keystow delete github.com alice')).toMatchObject({
      stdout: 'removed github.com alice from the password store\n',
      exit: 0,
    });
    expect(own.run('find', `${own.environment.HOME}/.password-store`, '-name', '*.gpg')).toBe('');
  });

  test('without KEYSTOW_USE_PASS it is not a candidate', () => {
    expect(sandbox.run('printf s3cret | keystow set demo alice').stdout).toMatch(
      /^stored demo alice in the encrypted file/,
    );
    expect(sandbox.run('keystow doctor --json').stdout).not.toContain('"pass"');
  });

  test('without a GnuPG key, the file is used with a warning, and doctor prints the fix', () => {
    own.run('rm', '-r', `${own.environment.HOME}/.password-store`);
    const set = sandbox.run('printf s3cret | KEYSTOW_USE_PASS=1 keystow set demo alice');
    expect(set).toMatchObject({ stderr: expect.stringContaining('pass has no password store'), exit: 0 });
    expect(sandbox.run('KEYSTOW_USE_PASS=1 keystow doctor').stdout).toMatch(
      /^To use the password store:\n {4}pass init KEY, with a key of yours/m,
    );
  });
});
