#!/usr/bin/env node
import { decodeSession } from '../../app/sign-in/session.ts';
import { findLatestDifyEntry } from '../../domain/sign-in/dify.ts';
import { isExpired } from '../../domain/token-set.ts';
import { difyctl } from '../../profiles/difyctl.ts';
import { authTokenForm, runFastPath } from '../fast-path.ts';

void runFastPath(
  [
    {
      ...authTokenForm,
      profile: difyctl,
      find: async (placement) => findLatestDifyEntry((await placement.read()).placement, process.platform),
      select(secret) {
        const session = decodeSession(secret);
        if (session.kind !== 'sign-in' || isExpired(session.tokens, Date.now(), 0)) return undefined;
        return Buffer.from(session.tokens.accessToken);
      },
    },
  ],
  () => import('./full/difyctl-full.ts'),
);
