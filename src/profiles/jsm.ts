import type { Profile } from '../domain/profile.ts';
import { nameVariables } from './variables.ts';

/** The one credential of jsm: the sign-in, or the API key. */
export const jsmCredential = { service: 'jsm', account: 'default' } as const;

export const jsm: Profile = {
  program: 'jsm',
  sentinelService: 'jsm',
  files: { credentials: 'credentials.json', placement: 'placement.json' },
  keySource: 'passphrase',
  variables: nameVariables('JSM'),
  secretVariables: ['JSM_CLIENT_SECRET'],
  windowsTargets: [{ ...jsmCredential, target: 'jsm' }],
};

/** Where jsm signs in, unless the variables say otherwise. */
export const jsmSignIn = {
  issuer: 'https://accounts.google.com',
  /** What Google wants before it gives out a refresh token. */
  parameters: { access_type: 'offline', prompt: 'consent' },
  variables: { issuer: 'JSM_ISSUER', clientId: 'JSM_CLIENT_ID', clientSecret: 'JSM_CLIENT_SECRET' },
} as const;
