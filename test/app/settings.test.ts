import { describe, expect, test } from 'vitest';
import { type ProcessInfo, readSettings } from '../../src/app/settings.ts';
import { keystow } from '../../src/profiles/keystow.ts';

const linux: ProcessInfo = {
  environment: {},
  platform: 'linux',
  home: '/home/alice',
  directory: '/elsewhere',
  terminal: false,
};
const windows: ProcessInfo = { ...linux, platform: 'win32', home: 'C:\\Users\\alice', directory: 'C:\\work' };

const read = (environment: Record<string, string>, info = linux) => readSettings(keystow, { ...info, environment });

test('the defaults', () => {
  expect(read({})).toEqual({
    policy: { preference: 'auto', keyringDisabled: false },
    usePass: false,
    keySource: 'home',
    credentialsPath: '/home/alice/.config/keystow/credentials.json',
    placementPath: '/home/alice/.config/keystow/placement.json',
    envPassphrase: false,
    newEnvPassphrase: false,
    allowsEnvPassphrase: false,
    passphraseVariable: 'unset',
    quiet: false,
    interactive: false,
  });
});

describe('the folder', () => {
  test.each([
    [{ XDG_CONFIG_HOME: '/xdg' }, linux, '/xdg/keystow/credentials.json'],
    [{ XDG_CONFIG_HOME: 'relative' }, linux, '/home/alice/.config/keystow/credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: '/here', XDG_CONFIG_HOME: '/xdg' }, linux, '/here/credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: 'here' }, linux, '/elsewhere/here/credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: '' }, linux, '/home/alice/.config/keystow/credentials.json'],
    [{}, { ...linux, platform: 'darwin' }, '/home/alice/.config/keystow/credentials.json'],
    [{ APPDATA: 'D:\\Roaming' }, windows, 'D:\\Roaming\\keystow\\credentials.json'],
    [{}, windows, 'C:\\Users\\alice\\AppData\\Roaming\\keystow\\credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: 'here' }, windows, 'C:\\work\\here\\credentials.json'],
    // Quoted in a script, or in a systemd unit or a Dockerfile, where no shell expands it.
    [{ KEYSTOW_CONFIG_DIR: '~/x' }, linux, '/home/alice/x/credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: '~' }, linux, '/home/alice/credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: '~\\x' }, windows, 'C:\\Users\\alice\\x\\credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: './$x' }, linux, '/elsewhere/$x/credentials.json'],
    [{ XDG_CONFIG_HOME: '~/xdg' }, linux, '/home/alice/.config/keystow/credentials.json'],
    [{ APPDATA: 'Roaming' }, windows, 'C:\\Users\\alice\\AppData\\Roaming\\keystow\\credentials.json'],
    [{ KEYSTOW_CONFIG_DIR: '/here' }, { ...linux, home: '' }, '/here/credentials.json'],
    [{ XDG_CONFIG_HOME: '/xdg' }, { ...linux, home: '' }, '/xdg/keystow/credentials.json'],
  ])('with %o', (environment, info, path) => {
    expect(read(environment, info).credentialsPath).toBe(path);
  });
});

test.each(['~bob/x', '$HOME/x', '%h/x', '%APPDATA%\\x'])(
  'a folder that no shell has expanded is rejected: %s',
  (folder) => {
    expect(() => read({ KEYSTOW_CONFIG_DIR: folder })).toThrow(
      expect.objectContaining({
        code: 'invalid-setting',
        message: 'invalid KEYSTOW_CONFIG_DIR',
        hint: 'no shell has expanded it: set it to an absolute path, or to one that begins with ~/',
      }),
    );
  },
);

test.each([{}, { KEYSTOW_CONFIG_DIR: '~/x' }, { XDG_CONFIG_HOME: 'xdg' }])(
  'the home folder is required only for a folder below it: %o',
  (environment) => {
    expect(() => read(environment, { ...linux, home: '' })).toThrow(
      expect.objectContaining({
        code: 'invalid-setting',
        message: 'HOME is required: it is not set to an absolute path, and this user has no account',
        hint: 'set HOME or KEYSTOW_CONFIG_DIR to a folder of this user, in a systemd unit with Environment=HOME=…',
      }),
    );
  },
);

describe('a switch', () => {
  test.each(['1', 'true', 'yes', 'on', 'anything'])('is on if it is %j', (value) => {
    expect(read({ KEYSTOW_DISABLE_KEYRING: value, KEYSTOW_QUIET: value })).toMatchObject({
      policy: { keyringDisabled: true },
      quiet: true,
    });
  });

  test.each(['', '0', 'false', 'no', 'OFF', ' '])('is off if it is %j', (value) => {
    expect(read({ KEYSTOW_DISABLE_KEYRING: value, KEYSTOW_QUIET: value })).toMatchObject({
      policy: { keyringDisabled: false },
      quiet: false,
    });
  });
});

test('an invalid preference isn’t repeated, and rule 1 of the selection rejects it', () => {
  expect(read({ KEYSTOW_STORAGE: 'Vault ' }).policy.preference).toBe('invalid');
});

test('an invalid key source is rejected', () => {
  expect(() => read({ KEYSTOW_SEAL: 'wax' })).toThrow(expect.objectContaining({ code: 'invalid-setting' }));
});

test.each([
  ['passphrase', 'KEYSTOW_CREDENTIALS_PASSPHRASE', 'envPassphrase'],
  ['new passphrase', 'KEYSTOW_NEW_CREDENTIALS_PASSPHRASE', 'newEnvPassphrase'],
] as const)('[APP22] a %s from the environment requires both variables', (_, variable, setting) => {
  const both = { KEYSTOW_ALLOW_ENV_PASSPHRASE: '1', [variable]: 'x' };
  expect(read(both)[setting]).toBe(true);
  for (const one of Object.keys(both)) expect(read({ ...both, [one]: '' })[setting]).toBe(false);
  expect(JSON.stringify(read({ ...both, [variable]: 'correct horse' }))).not.toContain('horse');
});

describe('interactive', () => {
  test.each([
    [{}, true, true],
    [{ DISPLAY: ':0' }, false, true],
    [{ WAYLAND_DISPLAY: 'wayland-0' }, false, true],
    [{ DISPLAY: '' }, false, false],
    [{ CI: 'true' }, true, false],
    [{ CI: '1', DISPLAY: ':0' }, true, false],
    [{ CI: 'false' }, true, true],
    [{}, false, false],
  ])('with %o and a terminal: %s → %s', (environment, terminal, interactive) => {
    expect(readSettings(keystow, { ...linux, environment, terminal }).interactive).toBe(interactive);
  });
});
