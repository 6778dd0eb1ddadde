import { describe, expect, test } from 'vitest';
import { isInteractive, mayShowDialog } from '../../src/domain/host-info.ts';

const ssh = { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' };

describe('somebody can probably answer a prompt', () => {
  test.each([
    ['linux', {}, true, true],
    ['linux', ssh, true, true],
    ['linux', {}, false, false],
    ['linux', { DISPLAY: ':0' }, false, true],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, false, true],
    ['linux', { DISPLAY: '' }, false, false],
    ['linux', { CI: 'true', DISPLAY: ':0' }, true, false],
    ['linux', { CI: 'false' }, true, true],
    ['darwin', {}, true, true],
    ['darwin', {}, false, true],
    ['darwin', ssh, true, true],
    ['darwin', ssh, false, false],
    ['darwin', { SSH_TTY: '/dev/ttys001' }, false, false],
    ['darwin', { SSH_CLIENT: '192.0.2.1 1 22' }, false, false],
    ['darwin', { SSH_TTY: '' }, false, true],
    ['darwin', { CI: '1' }, false, false],
    ['darwin', { CI: '1' }, true, false],
    ['win32', {}, true, true],
    ['win32', {}, false, false],
    ['win32', { DISPLAY: ':0' }, false, false],
    ['win32', { CI: '1' }, true, false],
    ['freebsd', { DISPLAY: ':0' }, false, true],
  ])('on %s with %o and a terminal: %s → %s', (platform, environment, terminal, expected) => {
    expect(isInteractive({ platform, environment, terminal })).toBe(expected);
  });
});

describe('a store may show a dialog', () => {
  test.each([
    ['linux', {}, true, true],
    ['linux', {}, 'auto', false],
    ['linux', { DISPLAY: ':0' }, 'auto', true],
    ['linux', { DISPLAY: ':0' }, false, false],
    ['linux', { CI: '1' }, true, false],
    ['darwin', ssh, true, true],
    ['darwin', ssh, 'auto', false],
    ['darwin', {}, 'auto', true],
    ['darwin', {}, false, false],
    ['win32', {}, true, false],
    ['win32', {}, 'auto', false],
  ] as const)(
    'on %s with %o and no terminal, if the program allows it with %s → %s',
    (platform, environment, allowed, expected) => {
      expect(mayShowDialog(allowed, { platform, environment, terminal: false })).toBe(expected);
    },
  );

  test('on Windows not even at a terminal', () => {
    expect(mayShowDialog('auto', { platform: 'win32', environment: {}, terminal: true })).toBe(false);
  });

  test('a program that allows none, or decides itself, has the terminal not looked for', () => {
    const surroundings = {
      platform: 'linux',
      environment: {},
      get terminal(): boolean {
        throw new Error('looked for');
      },
    };
    expect([mayShowDialog(false, surroundings), mayShowDialog(true, surroundings)]).toEqual([false, true]);
  });
});
