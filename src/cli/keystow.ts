#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { getAtOnce } from './commands/get-at-once.ts';

void getAtOnce(keystow, process.argv.slice(2)).then((done) => {
  if (!done) return import('./keystow-whole.ts');
  // On Linux what was written is out by now, and to take apart what ends anyway takes 1 ms.
  if (process.platform === 'linux') process.exit();
});
