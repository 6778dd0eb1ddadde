import type { Profile } from '../domain/profile.ts';
import { nameVariables } from './variables.ts';

export const keystow: Profile = {
  program: 'keystow',
  sentinelService: 'keystow',
  files: { credentials: 'credentials.json', placement: 'placement.json' },
  keySource: 'home',
  variables: nameVariables('KEYSTOW'),
  moveCommand: 'keystow migrate --to keychain',
};
