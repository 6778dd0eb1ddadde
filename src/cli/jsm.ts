#!/usr/bin/env node
import { jsm } from '../profiles/jsm.ts';
import { quickToken } from './commands/jsm/print-token.ts';
import { main } from './main.ts';

void main({
  profile: jsm,
  quick: [quickToken],
  program: async () => (await import('./programs/jsm.ts')).jsmProgram,
});
