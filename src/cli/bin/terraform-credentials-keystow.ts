#!/usr/bin/env node
import { terraform } from '../../domain/protocols/terraform.ts';
import { keystow } from '../../profiles/keystow.ts';
import { createDirectHelper } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [createDirectHelper(terraform)],
  program: async () => (await import('../commands/protocols/helper-programs.ts')).terraformCredentialsProgram,
});
