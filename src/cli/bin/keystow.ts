#!/usr/bin/env node
import { readEntry } from '../../app/credentials/get-credential.ts';
import { keystow } from '../../profiles/keystow.ts';
import { getForm, runFastPath } from '../fast-path.ts';

void runFastPath(
  {
    ...getForm,
    profile: keystow,
    find: (placement, service = '', account = '') => readEntry(placement, { service, account }),
    select: (secret) => secret.expose(),
  },
  () => import('./full/keystow-full.ts'),
);
