import { nameVariables, type Profile } from '../domain/profile.ts';

/** jsm has one credential: the sign-in, or the API key. */
export const jsmCredential = { service: 'jsm', account: 'default' } as const;

export const jsm: Profile = {
  program: 'jsm',
  sentinelService: 'jsm',
  files: { credentials: 'credentials.json', placement: 'placement.json' },
  keySource: 'passphrase',
  variables: nameVariables('JSM'),
  secretVariables: ['JSM_CLIENT_SECRET'],
  moveCommand: 'jsm logout && jsm login',
  windowsTargets: [{ ...jsmCredential, target: 'jsm' }],
};

/** The provider that jsm signs in at, and the variables that change it. */
export const jsmSignIn = {
  issuer: 'https://accounts.google.com',
  /** Google requires these for a refresh token. */
  parameters: { access_type: 'offline', prompt: 'consent' },
  variables: { issuer: 'JSM_ISSUER', clientId: 'JSM_CLIENT_ID', clientSecret: 'JSM_CLIENT_SECRET' },
} as const;
