import type { HostInfo } from '../../src/domain/host-info.ts';

/** Where jsm runs that is asked for advice. */
export const where: HostInfo = {
  platform: 'linux',
  distribution: 'debian',
  folder: '/usr/lib/node_modules/jsm',
  program: 'jsm',
  storageVariable: 'JSM_STORAGE',
  disableVariable: 'JSM_DISABLE_KEYRING',
};
