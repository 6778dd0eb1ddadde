#!/usr/bin/env node
import { cargo } from '../../domain/protocols/cargo.ts';
import { keystow } from '../../profiles/keystow.ts';
import { createDirectHelper } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [createDirectHelper(cargo)],
  program: async () => (await import('../commands/protocols/helper-programs.ts')).cargoCredentialProgram,
});
