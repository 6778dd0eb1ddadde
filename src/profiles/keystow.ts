import { nameVariables, type Profile } from '../domain/profile.ts';

export const keystow: Profile = {
  program: 'keystow',
  sentinelService: 'keystow',
  files: { credentials: 'credentials.json', placement: 'placement.json' },
  keySource: 'home',
  variables: nameVariables('KEYSTOW'),
  moveCommand: 'keystow migrate --to keychain',
};
