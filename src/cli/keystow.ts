#!/usr/bin/env node
import { findPlaced } from '../domain/placement.ts';
import { keystow } from '../profiles/keystow.ts';
import { runAtOnce } from './at-once.ts';

void runAtOnce(
  {
    words: ['get'],
    operands: 2,
    profile: keystow,
    find: (placement, service = '', account = '') => findPlaced(placement, { service, account }),
    shown: (secret) => secret.expose(),
  },
  () => import('./keystow-whole.ts'),
);
