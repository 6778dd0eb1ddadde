#!/usr/bin/env node
import { findEntry } from '../../domain/placement/placement-index.ts';
import { keystow } from '../../profiles/keystow.ts';
import { getForm, runFastPath } from '../fast-path.ts';

void runFastPath(
  {
    ...getForm,
    profile: keystow,
    find: (placement, service = '', account = '') => findEntry(placement, { service, account }),
    select: (secret) => secret.expose(),
  },
  () => import('./keystow-full.ts'),
);
