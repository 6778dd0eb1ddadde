import type { Profile } from '../domain/profile.ts';
import { keystow } from './keystow.ts';

/**
 * Programs that call keytar's functions, which have no name to go by: keystow's folder and variables, files of their
 * own. Those of the command line are no good to them, since that finds none of their items in a Secret Service.
 */
export const keytar: Profile = {
  ...keystow,
  files: { credentials: 'keytar.json', placement: 'keytar-placement.json' },
  attributeSchema: 'keytar',
};
