import type { Profile } from '../domain/profile.ts';
import { keystow } from './keystow.ts';

/**
 * All programs that call keytar's functions, since those don't name the application. They use keystow's folder and
 * variables, but files of their own, because the `keystow` command can't find their items in a Secret Service.
 */
export const keytar: Profile = {
  ...keystow,
  files: { credentials: 'keytar.json', placement: 'keytar-placement.json' },
  attributeSchema: 'keytar',
};
