#!/usr/bin/env node
import { bazel } from '../../domain/protocols/http-headers.ts';
import { keystow } from '../../profiles/keystow.ts';
import { createDirectHelper } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [createDirectHelper(bazel)],
  program: async () => (await import('../commands/protocols/helper-programs.ts')).bazelCredentialProgram,
});
