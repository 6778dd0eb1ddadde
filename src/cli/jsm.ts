#!/usr/bin/env node
import { tokenThatHolds } from '../app/access-token.ts';
import { sessionIn } from '../app/read-session.ts';
import { readAtOnce } from '../composition/read-at-once.ts';
import { findPlaced } from '../domain/placement.ts';
import { jsm, jsmCredential } from '../profiles/jsm.ts';
import { runAtOnce } from './at-once.ts';

void runAtOnce(
  {
    words: ['auth', 'token'],
    operands: 0,
    async read() {
      const secret = await readAtOnce(jsm, (placement) => findPlaced(placement, jsmCredential));
      const token = secret && tokenThatHolds(sessionIn(secret), Date.now());
      return token === undefined ? undefined : Buffer.from(token);
    },
  },
  () => import('./jsm-whole.ts'),
);
