import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import * as os from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { findHomeFolder } from '../../src/composition/environment.ts';
import { onPlatform } from '../support/platform.ts';

afterEach(() => void vi.restoreAllMocks());

describe('the home directory is', () => {
  test('the variable, by its name on this platform', () => {
    const environment = { HOME: '/home/alice', USERPROFILE: 'C:\\alice' };
    onPlatform('linux');
    expect(findHomeFolder(environment)).toBe('/home/alice');
    onPlatform('win32');
    expect(findHomeFolder(environment)).toBe('C:\\alice');
  });

  test.each([
    ['/home/alice/', '/home/alice'],
    ['//home/alice', '/home/alice'],
    ['/home//alice/./', '/home/alice'],
    ['/keystow-nowhere/x/../alice', '/keystow-nowhere/alice'],
    ['/home/.alice', '/home/.alice'],
    ['/', '/'],
  ])('the variable in its shortest spelling: %s', (variable, home) => {
    onPlatform('linux');
    expect(findHomeFolder({ HOME: variable })).toBe(home);
  });

  test.each([
    ['C:\\Users\\alice\\', 'C:\\Users\\alice'],
    ['C:/Users/alice', 'C:\\Users\\alice'],
    ['c:\\Users\\.\\ALICE~1', 'c:\\Users\\ALICE~1'],
    ['\\\\server\\homes\\alice', '\\\\server\\homes\\alice'],
    ['C:\\', 'C:\\'],
  ])('the variable in its shortest spelling on Windows: %s', (variable, home) => {
    onPlatform('win32');
    expect(findHomeFolder({ USERPROFILE: variable })).toBe(home);
  });

  test('the folder that the system reaches if the variable has `..` behind a link', () => {
    const folder = realpathSync(mkdtempSync(join(os.tmpdir(), 'keystow-home-')));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(join(folder, 'far/away'), { recursive: true });
    symlinkSync(join(folder, 'far/away'), join(folder, 'link'));
    onPlatform('linux');
    expect(findHomeFolder({ HOME: `${folder}/link/..` })).toBe(join(folder, 'far'));
  });

  test.each(['', 'alice', '~', '~/x', './alice', '$HOME', undefined])(
    'that of the account if the variable isn’t an absolute path: %s',
    (variable) => {
      onPlatform('linux');
      mockAccount(() => '/var/lib/service');
      expect(findHomeFolder({ HOME: variable })).toBe('/var/lib/service');
      onPlatform('win32');
      expect(findHomeFolder({ USERPROFILE: variable })).toBe('/var/lib/service');
      expect(findHomeFolder({ USERPROFILE: '\\Users\\alice' })).toBe('/var/lib/service');
    },
  );

  test('unknown for a user without an account', () => {
    onPlatform('linux');
    mockAccount(() => {
      throw new Error('uv_os_get_passwd returned ENOENT');
    });
    expect(findHomeFolder({})).toBe('');
    expect(findHomeFolder({ HOME: '/somewhere' })).toBe('/somewhere');
  });
});

function mockAccount(homedir: () => string) {
  const userInfo = () => ({ homedir: homedir() });
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...os, userInfo } as typeof os);
}
