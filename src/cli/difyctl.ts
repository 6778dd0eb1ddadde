#!/usr/bin/env node
import { latestSignIn } from '../app/dify-session.ts';
import { sessionIn } from '../app/read-session.ts';
import { isExpired } from '../domain/sign-in/session.ts';
import { difyctl } from '../profiles/difyctl.ts';
import { runAtOnce } from './at-once.ts';
import { tokenForm } from './plain-forms.ts';

void runAtOnce(
  {
    ...tokenForm,
    profile: difyctl,
    find: (placement) => latestSignIn(placement, process.platform),
    shown(secret) {
      const session = sessionIn(secret);
      if (session.kind !== 'sign-in' || isExpired(session.grant, Date.now(), 0)) return undefined;
      return Buffer.from(session.grant.accessToken);
    },
  },
  () => import('./difyctl-whole.ts'),
);
