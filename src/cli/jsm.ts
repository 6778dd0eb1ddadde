#!/usr/bin/env node
import { tokenThatHolds } from '../app/access-token.ts';
import { sessionIn } from '../app/read-session.ts';
import { findPlaced } from '../domain/placement.ts';
import { jsm, jsmCredential } from '../profiles/jsm.ts';
import { runAtOnce } from './at-once.ts';

void runAtOnce(
  {
    words: ['auth', 'token'],
    operands: 0,
    profile: jsm,
    find: (placement) => findPlaced(placement, jsmCredential),
    shown(secret) {
      const token = tokenThatHolds(sessionIn(secret), Date.now());
      return token === undefined ? undefined : Buffer.from(token);
    },
  },
  () => import('./jsm-whole.ts'),
);
