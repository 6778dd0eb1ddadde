import { describe, expect, test } from 'vitest';
import { advise } from '../../src/domain/advice/advise.ts';
import { type Distribution, parseDistribution } from '../../src/domain/host-info.ts';
import {
  type Evidence,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import { candidateIds } from '../../src/domain/store-id.ts';
import { where } from './host.ts';

const reasons = [...unsupportedReasons, ...serviceFailureReasons];

describe('every reason of every store, with every provider, has one line that explains and one that mends', () => {
  test.each(candidateIds.flatMap((store) => reasons.map((reason) => [store, reason] as const)))(
    '[DOM1] %s %s',
    (store, reason) => {
      for (const provider of [undefined, ...providers]) {
        for (const switchedOff of [false, true]) {
          const evidence = { ...(provider && { provider }), switchedOff, text: 'two\nlines' };
          const { explanation, fix } = advise({ store, reason, evidence }, where);
          for (const line of [explanation, fix]) expect(line).toMatch(/^\S.*\S$/);
        }
      }
    },
  );
});

test.each([
  ['debian', 'sudo apt install gnome-keyring libsecret-1-0'],
  ['fedora', 'sudo dnf install gnome-keyring libsecret'],
  ['arch', 'sudo pacman -S gnome-keyring libsecret'],
  ['suse', 'sudo zypper install gnome-keyring libsecret-1-0'],
  ['alpine', 'sudo apk add gnome-keyring libsecret'],
  ['other', 'install the packages gnome-keyring and libsecret with the package manager of your distribution'],
] as const)('[DOM2] on %s, what is not installed is installed by its own package manager', (distribution, fix) => {
  expect(advise({ store: 'secret-service', reason: 'not-installed' }, { ...where, distribution }).fix).toBe(fix);
  expect(advise({ store: 'keyutils', reason: 'volatile' }, { ...where, distribution }).fix).toBe(fix);
});

test('a provider that is silent is started again, on a bus that is silent another bus is', () => {
  const about = (evidence: Evidence) => advise({ store: 'secret-service', reason: 'timed-out', evidence }, where);
  expect(about({ provider: 'kwallet' })).toMatchObject({ fix: expect.stringMatching(/^pkill -KILL -x kwalletd5; /) });
  expect(about({ busSilent: true })).toEqual({
    explanation: 'the D-Bus session bus did not answer in time',
    fix: 'export DBUS_SESSION_BUS_ADDRESS="$(dbus-daemon --session --fork --print-address)"',
  });
});

test('[DOM3] a disabled keyring is explained by the variable of the program that asks', () => {
  expect(advise({ store: 'keychain', reason: 'disabled' }, where)).toEqual({
    explanation: 'the Keychain is switched off by JSM_DISABLE_KEYRING',
    fix: 'unset JSM_DISABLE_KEYRING',
  });
});

test('the keyring that fails is switched off by a command of the platform', () => {
  const fix = (platform: string) => advise({ store: 'keychain', reason: 'failed' }, { ...where, platform }).fix;
  expect(fix('darwin')).toMatch(/: export JSM_DISABLE_KEYRING=1$/);
  expect(fix('win32')).toMatch(/: setx JSM_DISABLE_KEYRING 1$/);
});

test('[DOM4] the volatile kernel keyring is named in the words that the documents use', () => {
  expect(advise({ store: 'keyutils', reason: 'volatile' }, where).explanation).toMatch(
    /^Detected a volatile \(UntilReboot\) keyring backend/,
  );
});

test("the platform's own words are kept in the explanation", () => {
  const evidence = { text: 'Platform failure: Windows error code 1015' };
  expect(advise({ store: 'credential-manager', reason: 'failed', evidence }, where).explanation).toBe(
    'the Credential Manager failed (Platform failure: Windows error code 1015)',
  );
});

test('a provider that runs with its Secret Service switched off is told from one that does not run', () => {
  const about = (switchedOff: boolean) =>
    advise({ store: 'secret-service', reason: 'not-running', evidence: { provider: 'kwallet', switchedOff } }, where);
  expect(about(true).explanation).toBe('KWallet is running, but its Secret Service is switched off');
  expect(about(true).fix).toContain('apiEnabled true');
  expect(about(false)).toEqual({
    explanation: 'KWallet is installed but not running',
    fix: 'nohup kwalletd5 >/dev/null 2>&1 &',
  });
});

test('a KeePassXC that asks before each access is told from one whose database is locked', () => {
  const about = (asksEachTime: boolean) =>
    advise({ store: 'secret-service', reason: 'locked', evidence: { provider: 'keepassxc', asksEachTime } }, where);
  expect(about(false).fix).toBe('keepassxc');
  expect(about(true).explanation).toBe('KeePassXC asks before each access, and nobody was asked');
  expect(about(true).fix).toContain('ConfirmAccessItem=false');
});

test('where nothing could start a session bus either, what brings both is installed', () => {
  const about = (busMissing: boolean) =>
    advise({ store: 'secret-service', reason: 'no-session-bus', evidence: { busMissing } }, where).fix;
  expect(about(false)).toContain('dbus-daemon --session');
  expect(about(true)).toBe('sudo apt install gnome-keyring libsecret-1-0');
});

test('a missing binding is installed into the folder of the package, wherever the user is', () => {
  const about = (folder: string) => advise({ store: 'keychain', reason: 'binding-missing' }, { ...where, folder }).fix;
  expect(about('/usr/lib/node_modules/jsm')).toBe(
    'npm install --prefix /usr/lib/node_modules/jsm --omit=dev --include=optional --no-save',
  );
  expect(about('/home/alice/my tools')).toContain("--prefix '/home/alice/my tools' ");
  const onWindows = { ...where, platform: 'win32', folder: 'C:\\Program Files\\jsm' };
  expect(advise({ store: 'credential-manager', reason: 'binding-missing' }, onWindows).fix).toContain(
    '--prefix "C:\\Program Files\\jsm" ',
  );
});

test('a provider whose prompt was dismissed is told from one that could not ask', () => {
  const about = (dismissed: boolean) =>
    advise({ store: 'secret-service', reason: 'locked', evidence: { provider: 'kwallet', dismissed } }, where);
  expect(about(true).explanation).toBe('KWallet is locked, and its prompt was dismissed');
  expect(about(false).explanation).toBe('KWallet is locked, and nobody was asked to unlock it');
});

test('a provider that ended, and is not known, is called nothing that it may not be', () => {
  const evidence = { text: 'it ended while it was asked' };
  expect(advise({ store: 'secret-service', reason: 'not-running', evidence }, where).explanation).toBe(
    'the Secret Service is installed but not running (it ended while it was asked)',
  );
});

test.each<[string, Distribution]>([
  ['ID=debian\nVERSION_ID="12"\n', 'debian'],
  ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', 'debian'],
  ['ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
  ['ID=manjaro\nID_LIKE=arch\n', 'arch'],
  ["ID='opensuse-tumbleweed'\nID_LIKE='opensuse suse'\n", 'suse'],
  ['ID=opensuse-leap\n', 'suse'],
  ['ID=ubuntu\n', 'debian'],
  ['ID=fedora\n', 'fedora'],
  ['ID=rhel\n', 'fedora'],
  ['ID=centos\n', 'fedora'],
  ['ID=arch\n', 'arch'],
  ['ID=suse\n', 'suse'],
  ['ID=alpine\n', 'alpine'],
  ['ID=nixos\n', 'other'],
  ['ID=__proto__\n', 'other'],
  ['', 'other'],
])('os-release %j is of the family %s', (text, family) => {
  expect(parseDistribution(text)).toBe(family);
});
