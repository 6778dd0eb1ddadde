import { expect, test } from 'vitest';
import { canShowBrowser } from '../../src/adapters/process/run-child.ts';

test.each<[string, Record<string, string>, boolean]>([
  ['linux', {}, false],
  ['linux', { DISPLAY: '' }, false],
  ['linux', { DISPLAY: ':0' }, true],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, true],
  ['linux', { BROWSER: '/usr/bin/code --openExternal' }, true],
  ['linux', { WSL_DISTRO_NAME: 'Debian' }, true],
  ['darwin', {}, true],
  ['win32', {}, true],
])('on %s with %j a browser can be shown: %s', (platform, environment, expected) => {
  expect(canShowBrowser(platform, environment)).toBe(expected);
});
