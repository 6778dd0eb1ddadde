import type { Profile } from '../domain/profile.ts';
import { keystow } from './keystow.ts';

/**
 * All programs that call keytar's functions, since those don't name the application. They use keystow's folder and
 * variables, but files of their own, because the `keystow` command can't find their items in a Secret Service.
 */
const { moveCommand: _, ...shared } = keystow;

export const keytar: Profile = {
  ...shared,
  application: 'keytar',
  isEmbedded: true,
  files: { credentials: 'keytar.json', placement: 'keytar-placement.json' },
  attributeSchema: 'keytar',
};
