#!/usr/bin/env node
import { readAtOnce } from '../composition/read-at-once.ts';
import { findPlaced } from '../domain/placement.ts';
import { keystow } from '../profiles/keystow.ts';
import { runAtOnce } from './at-once.ts';

void runAtOnce(
  {
    words: ['get'],
    operands: 2,
    async read(service = '', account = '') {
      const secret = await readAtOnce(keystow, (placement) => findPlaced(placement, { service, account }));
      return secret?.expose();
    },
  },
  () => import('./keystow-whole.ts'),
);
