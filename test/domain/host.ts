import type { HostInfo } from '../../src/domain/host-info.ts';

/** jsm on Debian. */
export const host: HostInfo = {
  platform: 'linux',
  distribution: 'debian',
  folder: '/usr/lib/node_modules/jsm',
  program: 'jsm',
  storageVariable: 'JSM_STORAGE',
  disableVariable: 'JSM_DISABLE_KEYRING',
};
