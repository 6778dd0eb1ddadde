import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { type GnomeKeyring, missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { Stranger } from './packed.ts';

/** What a program of a separate project does, one operation an argument: `NAME set SERVICE ACCOUNT SECRET`, … */
const program = `
  import { openCredentialStore } from 'keystow';
  const [application, storage, ...operations] = process.argv.slice(2);
  const store = await openCredentialStore({ application, storage });
  for (const operation of operations) {
    const [verb, ...args] = JSON.parse(operation);
    const result = await store[verb](...args);
    console.log(JSON.stringify(verb === 'list' ? result.map(({ service, account }) => [service, account]) : result ?? null));
  }
  await store.close();
`;

let stranger: Stranger;
beforeAll(() => {
  stranger = new Stranger();
  writeFileSync(join(stranger.folder, 'application.mjs'), program);
}, 60_000);
afterAll(() => stranger.remove());

function newHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'keystow-scoped-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

type Operation = readonly string[];

function createRunner(storage: 'file' | 'keychain', environment: Readonly<Record<string, string | undefined>>) {
  return (application: string, ...operations: readonly Operation[]) => {
    const args = ['application.mjs', application, storage, ...operations.map((each) => JSON.stringify(each))];
    const options = { cwd: stranger.folder, env: environment, encoding: 'utf8' } as const;
    const { stdout, stderr, status } = spawnSync(process.execPath, args, options);
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));
  };
}

const github = ['github.com', 'alice'] as const;

function expectSeparate(run: ReturnType<typeof createRunner>) {
  run('acme', ['set', ...github, 'of acme'], ['set', 'acme.example', 'bob', 'x']);
  run('@other/tool', ['set', ...github, 'of other']);
  expect(run('acme', ['getText', ...github], ['list'])).toEqual(['of acme', [['acme.example', 'bob'], github]]);
  expect(run('@other/tool', ['getText', ...github], ['list'])).toEqual(['of other', [github]]);
  expect(run('third', ['getText', ...github], ['list'])).toEqual([null, []]);
  run('acme', ['delete', ...github], ['delete', 'acme.example', 'bob']);
  expect(run('acme', ['list'])).toEqual([[]]);
  expect(run('@other/tool', ['getText', ...github])).toEqual(['of other']);
}

describe('[PKG40] two applications with the same service and account', () => {
  test('in the encrypted file: each sees only its own', () => {
    const home = newHome();
    expectSeparate(createRunner('file', { PATH: process.env.PATH, HOME: home, USERPROFILE: home, APPDATA: home }));
  });

  describeStore('in gnome-keyring', 'secret-service', missing(), () => {
    let keyring: GnomeKeyring;
    beforeAll(async () => {
      keyring = await startGnomeKeyring('unlocked');
    });
    afterAll(() => keyring.stop());

    const secretTool = (input: string, ...args: readonly string[]) =>
      spawnSync('secret-tool', args, { env: keyring.environment, input, encoding: 'utf8' }).stdout;

    test('each sees only its own', () => expectSeparate(createRunner('keychain', keyring.environment)));

    test('neither those of Chromium nor those that the user stores are listed, changed or deleted', () => {
      const run = createRunner('keychain', { ...keyring.environment, XDG_CONFIG_HOME: newHome() });
      const chromium = ['xdg:schema', 'chrome_libsecret_os_crypt_password_v2', 'application', 'chromium'];
      secretTool('of chromium', 'store', '--label', 'Chromium Safe Storage', ...chromium);
      secretTool('of the user', 'store', '--label', 'github', 'service', 'github.com', 'username', 'alice');
      expect(run('acme', ['list'], ['getText', ...github], ['delete', ...github])).toEqual([[], null, []]);
      expect(run('chromium', ['list'])).toEqual([[]]);
      run('acme', ['set', ...github, 'of acme'], ['delete', ...github]);
      expect(secretTool('', 'lookup', 'service', 'github.com', 'username', 'alice')).toBe('of the user');
      expect(secretTool('', 'lookup', ...chromium)).toBe('of chromium');
    });

    test('what version 0.1 stored without the name of the application is found, listed, and taken over by a write', () => {
      const config = newHome();
      const run = createRunner('keychain', { ...keyring.environment, XDG_CONFIG_HOME: config });
      const old = ['service', 'old.example', 'username', 'carol'] as const;
      // Records both, as version 0.1 did: the one that it wrote, and one that keeps the file in place.
      run('acme', ['set', 'old.example', 'carol', 'new']);
      secretTool('', 'clear', ...old, 'application', 'acme');
      secretTool('of 0.1', 'store', '--label', 'carol', ...old);
      expect(run('acme', ['getText', 'old.example', 'carol'], ['list'])).toEqual([
        'of 0.1',
        [['old.example', 'carol']],
      ]);
      expect(run('third', ['list'], ['getText', 'old.example', 'carol'])).toEqual([[], null]);
      run('acme', ['set', 'old.example', 'carol', 'newer']);
      expect(run('acme', ['getText', 'old.example', 'carol'])).toEqual(['newer']);
      expect(secretTool('', 'lookup', ...old, 'application', 'acme')).toBe('newer');
      expect(secretTool('', 'search', '--all', ...old).match(/secret = /g)).toHaveLength(1);
    });
  });
});
