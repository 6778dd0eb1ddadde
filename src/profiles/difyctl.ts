import { nameVariables, type Profile } from '../domain/profile.ts';

export const difyctl: Profile = {
  program: 'difyctl',
  sentinelService: 'difyctl',
  files: { credentials: 'tokens.json', placement: 'placement.json' },
  keySource: 'home',
  variables: { ...nameVariables('DIFY'), storage: 'DIFY_TOKEN_STORAGE' },
  moveCommand: 'difyctl auth logout && difyctl auth login',
  errorNames: { 'keyring-required': 'auth_expired', 'not-signed-in': 'auth_expired' },
};

/** Where difyctl signs in by default. */
export const defaultDifyHost = 'https://cloud.dify.ai';
