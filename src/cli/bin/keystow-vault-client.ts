#!/usr/bin/env node
import { ansibleVault } from '../../domain/protocols/ansible-vault.ts';
import { keystow } from '../../profiles/keystow.ts';
import { createDirectHelper } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [createDirectHelper(ansibleVault)],
  program: async () => (await import('../commands/protocols/helper-programs.ts')).vaultClientProgram,
});
