import * as os from 'node:os';
import { afterEach, describe, expect, test, vi } from 'vitest';
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

  test.each([{}, { HOME: '' }])('that of the account without a variable, as in a systemd unit: %o', (environment) => {
    onPlatform('linux');
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...os, homedir: () => '/var/lib/service' });
    expect(findHomeFolder(environment)).toBe('/var/lib/service');
  });

  test('required from a user without an account', () => {
    onPlatform('linux');
    const homedir = () => {
      throw new Error('uv_os_homedir returned ENOENT');
    };
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({ ...os, homedir });
    let error: unknown;
    try {
      findHomeFolder({});
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'invalid-setting',
      message: 'HOME is required: it is not set, and this user has no account',
      hint: 'set HOME to a folder of this user, in a systemd unit with Environment=HOME=…',
    });
  });
});
