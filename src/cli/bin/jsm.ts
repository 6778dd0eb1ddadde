#!/usr/bin/env node
import { readEntry } from '../../app/credentials/get-credential.ts';
import { decodeSession } from '../../app/sign-in/session.ts';
import { validToken } from '../../domain/sign-in/session.ts';
import { jsm, jsmCredential } from '../../profiles/jsm.ts';
import { authTokenForm, runFastPath } from '../fast-path.ts';

void runFastPath(
  [
    {
      ...authTokenForm,
      profile: jsm,
      find: (placement) => readEntry(placement, jsmCredential),
      select(secret) {
        const token = validToken(decodeSession(secret), Date.now());
        return token === undefined ? undefined : Buffer.from(token);
      },
    },
  ],
  () => import('./full/jsm-full.ts'),
);
