import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { advise, adviseAll, adviseRequiredKeyring } from '../../src/domain/advice/advise.ts';
import { type Distribution, distributions, elevations, parseDistribution } from '../../src/domain/host-info.ts';
import {
  type Evidence,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../src/domain/selection/probe-result.ts';
import type { SkippedStore } from '../../src/domain/selection/selection.ts';
import { candidateIds } from '../../src/domain/store-id.ts';
import { host } from './host.ts';

const reasons = [...unsupportedReasons, ...serviceFailureReasons];

describe('every reason of every store and provider has a one-line explanation and a one-line fix', () => {
  test.each(candidateIds.flatMap((store) => reasons.map((reason) => [store, reason] as const)))(
    '[DOM1] %s %s',
    (store, reason) => {
      for (const provider of [undefined, ...providers]) {
        for (const switchedOff of [false, true]) {
          const evidence = { ...(provider && { provider }), switchedOff, text: 'two\nlines' };
          const { explanation, fix } = advise({ store, reason, evidence }, host);
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
] as const)('[DOM2] on %s, the fix for a missing store is a command of its package manager', (distribution, fix) => {
  expect(advise({ store: 'secret-service', reason: 'not-installed' }, { ...host, distribution }).fix).toBe(fix);
  expect(advise({ store: 'keyutils', reason: 'volatile' }, { ...host, distribution }).fix).toBe(fix);
});

test('a provider or a bus that does not answer is never killed or replaced: it may have unsaved data', () => {
  const about = (evidence: Evidence) => advise({ store: 'secret-service', reason: 'timed-out', evidence }, host);
  for (const provider of [undefined, ...providers]) {
    for (const evidence of [{}, { busSilent: true }, { suspended: true }]) {
      expect(about({ ...(provider && { provider }), ...evidence }).fix).not.toMatch(
        /KILL|kill(?! -CONT)|TERM|--replace|dbus-daemon/,
      );
    }
  }
  expect(about({ provider: 'kwallet', suspended: true }).fix).toBe("pkill -CONT '^(kwalletd|ksecretd)'");
  expect(about({ provider: 'kwallet' }).fix).toMatch(/^answer the dialog of KWallet .*: export JSM_DISABLE_KEYRING=1$/);
  expect(about({ busSilent: true }).fix).toMatch(/: export JSM_DISABLE_KEYRING=1$/);
});

test('[DOM3] the explanation of a disabled keyring names the variable of the program', () => {
  expect(advise({ store: 'keychain', reason: 'disabled' }, host)).toEqual({
    explanation: 'the Keychain is disabled by JSM_DISABLE_KEYRING',
    fix: 'unset JSM_DISABLE_KEYRING',
  });
});

test('a failing keyring is disabled by a command of the platform', () => {
  const fix = (platform: string) => advise({ store: 'keychain', reason: 'failed' }, { ...host, platform }).fix;
  expect(fix('darwin')).toMatch(/: export JSM_DISABLE_KEYRING=1$/);
  expect(fix('win32')).toMatch(/: setx JSM_DISABLE_KEYRING 1$/);
});

test('[DOM4] the volatile kernel keyring is described in the words of the specification', () => {
  expect(advise({ store: 'keyutils', reason: 'volatile' }, host).explanation).toMatch(
    /^Detected a volatile \(UntilReboot\) keyring backend/,
  );
});

test("the explanation includes the platform's own message", () => {
  const evidence = { text: 'Platform failure: Windows error code 1015' };
  expect(advise({ store: 'credential-manager', reason: 'failed', evidence }, host).explanation).toBe(
    'the Credential Manager failed (Platform failure: Windows error code 1015)',
  );
});

test('a provider with a disabled Secret Service is distinguished from one that is not running', () => {
  const about = (switchedOff: boolean) =>
    advise({ store: 'secret-service', reason: 'not-running', evidence: { provider: 'kwallet', switchedOff } }, host);
  expect(about(true).explanation).toBe('KWallet is running, but its Secret Service is disabled');
  expect(about(true).fix).toContain('apiEnabled true');
  expect(about(false)).toEqual({
    explanation: 'KWallet is installed but not running',
    fix: 'nohup "$(command -v ksecretd || command -v kwalletd6 || command -v kwalletd5)" >/dev/null 2>&1 &',
  });
});

test('a KeePassXC that asks before each access is distinguished from one whose database is locked', () => {
  const about = (asksEachTime: boolean) =>
    advise({ store: 'secret-service', reason: 'locked', evidence: { provider: 'keepassxc', asksEachTime } }, host);
  expect(about(false).fix).toBe('keepassxc');
  expect(about(true).explanation).toBe('KeePassXC asks before each access, and nobody was asked');
  expect(about(true).fix).toContain('ConfirmAccessItem=false');
});

test('if no program can start a session bus, the fix installs one together with the Secret Service', () => {
  const about = (busMissing: boolean) =>
    advise({ store: 'secret-service', reason: 'no-session-bus', evidence: { busMissing } }, host).fix;
  expect(about(false)).toContain('set DBUS_SESSION_BUS_ADDRESS to what it is there');
  expect(about(true)).toBe('sudo apt install gnome-keyring libsecret-1-0');
});

test('a missing binding is installed into the folder of the package, whatever the current directory', () => {
  const about = (folder: string) => advise({ store: 'keychain', reason: 'binding-missing' }, { ...host, folder }).fix;
  expect(about('/usr/lib/node_modules/jsm')).toBe(
    'npm install --prefix /usr/lib/node_modules/jsm --omit=dev --include=optional --ignore-scripts --no-save',
  );
  expect(about('/home/alice/my tools')).toContain("--prefix '/home/alice/my tools' ");
  const onWindows = { ...host, platform: 'win32', folder: 'C:\\Program Files\\jsm' };
  expect(advise({ store: 'credential-manager', reason: 'binding-missing' }, onWindows).fix).toContain(
    '--prefix "C:\\Program Files\\jsm" ',
  );
});

test('a program that keystow is bundled into has no folder to install the binding into', () => {
  const { fix } = advise({ store: 'keychain', reason: 'binding-missing' }, { ...host, folder: '' });
  expect(fix).not.toContain('npm install');
  expect(fix).toContain('binding');
});

test('a provider whose prompt was dismissed is distinguished from one that could not prompt', () => {
  const about = (dismissed: boolean) =>
    advise({ store: 'secret-service', reason: 'locked', evidence: { provider: 'kwallet', dismissed } }, host);
  expect(about(true).explanation).toBe('KWallet is locked, and its prompt was dismissed');
  expect(about(false).explanation).toBe('KWallet is locked, and nobody was asked to unlock it');
});

test('an unknown provider that exited is called by no name but the Secret Service', () => {
  const evidence = { text: 'it exited during the call' };
  expect(advise({ store: 'secret-service', reason: 'not-running', evidence }, host).explanation).toBe(
    'the Secret Service is installed but not running (it exited during the call)',
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
])('the os-release %j belongs to the family %s', (text, family) => {
  expect(parseDistribution(text)).toBe(family);
});

test.each(reasons)('the advice for a password store that is %s has nothing to do with a desktop', (reason) => {
  const { explanation, fix } = advise({ store: 'pass', reason }, host);
  expect(`${explanation} ${fix}`).not.toMatch(/desktop|sign(ing)? in/);
});

describe('a fix is true in every situation', () => {
  const locked = { store: 'secret-service', reason: 'locked', evidence: { provider: 'kwallet' } } as const;
  const volatile = { store: 'keyutils', reason: 'volatile' } as const;
  const fixOf = (store: SkippedStore, elsewhere = {}) =>
    adviseAll([store, volatile], { ...host, ...elsewhere })[1]?.fix;

  test.each<[string, SkippedStore]>([
    ['is locked', locked],
    ['is disabled', { store: 'secret-service', reason: 'disabled' }],
    ['has no bus', { store: 'secret-service', reason: 'no-session-bus', evidence: { provider: 'gnome-keyring' } }],
    ['is not running', { store: 'secret-service', reason: 'not-running' }],
  ])('an installed Secret Service that %s is not to be installed: it is to be made to work', (_, skipped) => {
    expect(fixOf(skipped)).toBe(advise(skipped, host).fix);
    expect(fixOf(skipped)).not.toContain('install');
  });

  test.each<[string, SkippedStore]>([
    ['no provider', { store: 'secret-service', reason: 'not-installed' }],
    ['no bus and no provider', { store: 'secret-service', reason: 'no-session-bus' }],
    ['no binding', { store: 'pass', reason: 'binding-missing' }],
  ])('with %s, a Secret Service is to be installed instead of the kernel keyring', (_, skipped) => {
    expect(fixOf(skipped)).toBe('sudo apt install gnome-keyring libsecret-1-0');
  });

  test('without a bus, an installed provider needs only the program that starts one', () => {
    const evidence = { provider: 'gnome-keyring', busMissing: true } as const;
    const about = (distribution: Distribution) =>
      advise({ store: 'secret-service', reason: 'no-session-bus', evidence }, { ...host, distribution }).fix;
    expect(distributions.map(about)).toEqual([
      'sudo apt install dbus',
      'sudo dnf install dbus-daemon',
      'sudo pacman -S dbus',
      'sudo zypper install dbus-1',
      'sudo apk add dbus',
      'install the packages dbus with the package manager of your distribution',
    ]);
  });

  test.each([
    ['none', 'apt install gnome-keyring libsecret-1-0'],
    ['sudo', 'sudo apt install gnome-keyring libsecret-1-0'],
    ['doas', 'doas apt install gnome-keyring libsecret-1-0'],
    ['su', "su -c 'apt install gnome-keyring libsecret-1-0'"],
  ] as const)('packages are installed as root by the means that this machine has: %s', (elevation, fix) => {
    expect(advise({ store: 'secret-service', reason: 'not-installed' }, { ...host, elevation }).fix).toBe(fix);
  });

  const managers = { debian: 'apt', fedora: 'dnf', arch: 'pacman', suse: 'zypper', alpine: 'apk', other: undefined };
  test.each(distributions)('on %s, no fix names the package manager of another distribution', (distribution) => {
    const others = Object.values(managers).filter((name) => name !== undefined && name !== managers[distribution]);
    const pattern = new RegExp(`\\b(${others.join('|')})\\b`);
    for (const store of candidateIds)
      for (const reason of reasons)
        for (const elevation of elevations) {
          const { fix } = advise({ store, reason }, { ...host, distribution, elevation });
          expect(fix).not.toMatch(pattern);
          if (elevation !== 'sudo') expect(fix).not.toMatch(/\bsudo\b/);
        }
  });

  test.each([
    ['debian', 'linux', 'sudo apt install pass gnupg'],
    ['fedora', 'linux', 'sudo dnf install pass gnupg2'],
    ['suse', 'linux', 'sudo zypper install password-store gpg2'],
    ['other', 'darwin', 'brew install pass gnupg'],
  ] as const)('pass has the package names of %s', (distribution, platform, fix) => {
    expect(advise({ store: 'pass', reason: 'not-installed' }, { ...host, distribution, platform }).fix).toBe(fix);
  });

  test('pass, which only its own variable makes a candidate, is given up by that', () => {
    for (const reason of ['failed', 'round-trip-mismatch'] as const)
      expect(advise({ store: 'pass', reason }, host).fix).toMatch(/: unset JSM_USE_PASS$/);
  });

  test('a variable is unset by a command of the platform', () => {
    const about = (platform: string) => advise({ store: 'keychain', reason: 'disabled' }, { ...host, platform }).fix;
    expect(about('darwin')).toBe('unset JSM_DISABLE_KEYRING');
    expect(about('win32')).toBe('setx JSM_DISABLE_KEYRING 0');
  });

  test('"nothing to do" is never the fix of a keyring that is required', () => {
    const { fix } = adviseRequiredKeyring(
      'Keychain',
      advise({ store: 'keychain', reason: 'not-installed' }, host),
      host,
    );
    expect(fix).toBe('set JSM_STORAGE=file');
  });

  test.runIf(process.platform !== 'win32')('every fix that is a command is valid in sh', () => {
    for (const store of candidateIds)
      for (const reason of reasons)
        for (const provider of [undefined, ...providers])
          for (const flag of [{}, { switchedOff: true }, { asksEachTime: true }, { suspended: true }]) {
            const { fix } = advise({ store, reason, evidence: { ...(provider && { provider }), ...flag } }, host);
            if (!/^(?:\(|"|[a-z]+ -|\w+=|for |while |nohup|pkill|gpg|sudo|security|export|unset|keepassxc$)/.test(fix))
              continue;
            const { status, stderr } = spawnSync('sh', ['-n', '-c', fix], { encoding: 'utf8' });
            expect({ fix, status, stderr }).toEqual({ fix, status: 0, stderr: '' });
          }
  });
});
