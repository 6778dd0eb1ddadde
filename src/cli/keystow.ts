#!/usr/bin/env node
import { findPlaced } from '../domain/placement.ts';
import { keystow } from '../profiles/keystow.ts';
import { runAtOnce } from './at-once.ts';
import { getForm } from './plain-forms.ts';

void runAtOnce(
  {
    ...getForm,
    profile: keystow,
    find: (placement, service = '', account = '') => findPlaced(placement, { service, account }),
    shown: (secret) => secret.expose(),
  },
  () => import('./keystow-whole.ts'),
);
