#!/usr/bin/env node
import { tokenThatHolds } from '../app/access-token.ts';
import { sessionIn } from '../app/read-session.ts';
import { findEntry } from '../domain/placement/placement-index.ts';
import { jsm, jsmCredential } from '../profiles/jsm.ts';
import { runAtOnce } from './at-once.ts';
import { tokenForm } from './plain-forms.ts';

void runAtOnce(
  {
    ...tokenForm,
    profile: jsm,
    find: (placement) => findEntry(placement, jsmCredential),
    shown(secret) {
      const token = tokenThatHolds(sessionIn(secret), Date.now());
      return token === undefined ? undefined : Buffer.from(token);
    },
  },
  () => import('./jsm-whole.ts'),
);
