#!/usr/bin/env node
import { decodeSecret, readEntry } from '../../app/credentials/get-credential.ts';
import { isExpired, parseStoredTokenSet, renewalMarginMs } from '../../domain/token-set.ts';
import { keystow } from '../../profiles/keystow.ts';
import { type FastRead, getForm, runFastPath, tokenForm } from '../fast-path.ts';

const credential = {
  profile: keystow,
  find: (placement, service = '', account = '') => readEntry(placement, { service, account }),
} satisfies Pick<FastRead, 'profile' | 'find'>;

void runFastPath(
  [
    { ...getForm, ...credential, select: (secret) => secret.expose() },
    {
      ...tokenForm,
      ...credential,
      select(secret) {
        const tokens = parseStoredTokenSet(decodeSecret(secret) ?? '');
        const isUsable = tokens !== undefined && !isExpired(tokens, Date.now(), renewalMarginMs);
        return isUsable ? Buffer.from(tokens.accessToken) : undefined;
      },
    },
  ],
  () => import('./full/keystow-full.ts'),
);
