#!/usr/bin/env node
import { askpass } from '../../domain/protocols/askpass.ts';
import { keystow } from '../../profiles/keystow.ts';
import { createDirectHelper } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [createDirectHelper(askpass)],
  program: async () => (await import('../commands/protocols/helper-programs.ts')).askpassProgram,
});
