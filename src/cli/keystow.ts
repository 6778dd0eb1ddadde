#!/usr/bin/env node
import { findEntry } from '../domain/placement/placement-index.ts';
import { keystow } from '../profiles/keystow.ts';
import { runAtOnce } from './at-once.ts';
import { getForm } from './plain-forms.ts';

void runAtOnce(
  {
    ...getForm,
    profile: keystow,
    find: (placement, service = '', account = '') => findEntry(placement, { service, account }),
    shown: (secret) => secret.expose(),
  },
  () => import('./keystow-whole.ts'),
);
