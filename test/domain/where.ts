import type { Surroundings } from '../../src/domain/surroundings.ts';

/** Where jsm runs that is asked for advice. */
export const where: Surroundings = {
  platform: 'linux',
  distribution: 'debian',
  folder: '/usr/lib/node_modules/jsm',
  program: 'jsm',
  storageVariable: 'JSM_STORAGE',
  disableVariable: 'JSM_DISABLE_KEYRING',
};
