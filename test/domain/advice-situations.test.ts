import { describe, expect, test } from 'vitest';
import { advise, adviseRequiredKeyring, adviseSelectionError } from '../../src/domain/advice/advise.ts';
import type { HostInfo } from '../../src/domain/host-info.ts';
import {
  deniers,
  type Evidence,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
  untrustedBuses,
} from '../../src/domain/selection/probe-result.ts';
import type { SkippedStore } from '../../src/domain/selection/selection.ts';
import { candidateIds } from '../../src/domain/store-id.ts';
import { host } from './host.ts';

const reasons = [...unsupportedReasons, ...serviceFailureReasons];
const flags = ['switchedOff', 'suspended', 'asksEachTime', 'busMissing', 'hasKeyring', 'busDisabled', 'busSilent'];
const evidences: readonly Evidence[] = [undefined, ...providers].flatMap((provider) =>
  [
    {},
    ...flags.map((flag) => ({ [flag]: true })),
    { dismissed: true },
    ...deniers.map((deniedBy) => ({ deniedBy })),
    ...untrustedBuses.map((untrustedBus) => ({ untrustedBus })),
  ].map((evidence): Evidence => ({ ...evidence, ...(provider && { provider }) })),
);
const everySkip: readonly SkippedStore[] = ([...candidateIds, 'custom'] as const).flatMap((store) =>
  reasons.flatMap((reason) => evidences.map((evidence) => ({ store, reason, evidence }))),
);

/** acme embeds keystow, and has none of its commands. */
const acme: HostInfo = {
  ...host,
  program: 'acme',
  command: 'npx keystow --application acme',
  folder: '',
  storageVariable: 'ACME_STORAGE',
  disableVariable: 'ACME_DISABLE_KEYRING',
};

describe('no fix, whatever a probe saw,', () => {
  // Each is right somewhere; the second column is where it does harm, and no probe can rule that out.
  test.each<[string, RegExp, string]>([
    [
      'starts a session bus',
      /dbus-daemon --|dbus-launch|dbus-run-session/,
      'one runs at an address that is not known here',
    ],
    ['replaces a daemon', /--replace/, 'programs of the desktop use the one that runs, and its collections in memory'],
    ['ends GNOME Keyring', /pkill (?!-CONT)\S* ?'?\(?gnome-keyring/, 'it has secrets in memory'],
    [
      'creates a key for an existing password store',
      /quick-generate-key/,
      'the key of the store is on another machine',
    ],
    ['changes the permissions of a folder', /\bchmod\b/, 'the socket is in a folder of the system'],
    ['kills without a chance to save', /KILL|kill -9/, 'the program has unsaved data'],
  ])('%s', (_, pattern) => {
    for (const skipped of everySkip) expect(advise(skipped, host).fix).not.toMatch(pattern);
  });

  test('names a command of keystow that the program of the user does not have', () => {
    for (const skipped of everySkip) {
      expect(advise(skipped, acme).fix).not.toMatch(
        /\bacme (unlock|doctor|migrate|passphrase|reset)\b(?<!--application acme \w+)/,
      );
      expect(advise(skipped, acme).fix).not.toMatch(/\bJSM|\bjsm/);
    }
  });

  test('names a desktop for a store that has nothing to do with one', () => {
    for (const skipped of everySkip) {
      if (skipped.store === 'custom' || skipped.store === 'pass')
        expect(advise(skipped, host).fix).not.toMatch(/desktop|settings of the custom/);
    }
  });
});

describe('a fix in the situation for which it is meant', () => {
  const fix = (reason: SkippedStore['reason'], evidence: Evidence = {}, on = host) =>
    advise({ store: 'secret-service', reason, evidence }, on).fix;

  test.each(['locked', 'no-collection', 'volatile'] as const)(
    'GNOME Keyring that is %s is unlocked without replacing it, also where the provider is not visible',
    (reason) => {
      for (const evidence of [{}, { provider: 'gnome-keyring' }] as const) {
        expect(fix(reason, evidence)).toBe('jsm unlock');
        expect(fix(reason, evidence, acme)).toBe('npx keystow --application acme unlock');
      }
    },
  );

  test('GNOME Keyring that is not running is started as the guide of jsm says, which leaves a running one alone', () => {
    expect(fix('not-running', { provider: 'gnome-keyring' })).toBe(
      'eval "$(gnome-keyring-daemon --start --components=secrets)"',
    );
  });

  test('an unknown provider is not taken for GNOME Keyring, which may not be installed', () => {
    expect(fix('not-running')).not.toContain('gnome-keyring');
  });

  test('without a bus, the one of the desktop is named; in a container, the one outside', () => {
    expect(fix('no-session-bus')).toMatch(/^run it in a terminal of the desktop, or set DBUS_SESSION_BUS_ADDRESS/);
    expect(fix('denied', { untrustedBus: 'unmapped' })).toContain('outside of this container');
  });

  test.each<[string, string]>([
    ['gpg: alice: skipped: No public key', 'import the key of the store'],
    ['gpg: 1234: There is no assurance this key belongs to the named user', 'import the key of the store'],
    ['Error: You must run: pass init your-gpg-id', 'pass init KEY, with a key of yours'],
  ])('pass that reports "%s"', (text, start) => {
    expect(advise({ store: 'pass', reason: 'no-collection', evidence: { text } }, host).fix).toContain(start);
  });
});

describe('a setting that the application made in code', () => {
  const inCode: HostInfo = { ...acme, setInCode: ['storage', 'disableKeyring', 'usePass'] };

  test('is named as the option of the application, and changed by the variable, which wins', () => {
    expect(advise({ store: 'keychain', reason: 'disabled' }, inCode)).toEqual({
      explanation: 'the Keychain is disabled by the option disableKeyring of acme',
      fix: 'export ACME_DISABLE_KEYRING=0',
    });
    expect(advise({ store: 'pass', reason: 'failed' }, inCode).fix).toContain('export ACME_USE_PASS=0');
    expect(adviseSelectionError({ code: 'contradictory-settings', skipped: [] }, inCode)).toEqual({
      explanation: 'the option storage of acme requires the OS keyring that the option disableKeyring of acme disables',
      fix: 'set ACME_STORAGE=auto, or: export ACME_DISABLE_KEYRING=0',
    });
    expect(adviseSelectionError({ code: 'keyring-required', skipped: [] }, inCode)).toEqual({
      explanation: 'the option storage of acme requires an OS keyring: this platform has none',
      fix: 'set ACME_STORAGE=auto to use the encrypted file (or set ACME_STORAGE=file)',
    });
  });

  test('is told apart from one that the user made', () => {
    const byUser = advise({ store: 'keychain', reason: 'disabled' }, { ...inCode, setInCode: ['storage'] });
    expect(byUser.fix).toBe('unset ACME_DISABLE_KEYRING');
    const required = adviseRequiredKeyring('Keychain', { explanation: 'why', fix: 'x' }, { ...inCode, setInCode: [] });
    expect(required.explanation).toBe('ACME_STORAGE=keychain requires the Keychain: why');
  });
});
