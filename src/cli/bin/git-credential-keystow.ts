#!/usr/bin/env node
import { git } from '../../domain/protocols/git.ts';
import { keystow } from '../../profiles/keystow.ts';
import { gitCredentialProgram } from '../commands/protocols/git.ts';
import { serveProtocol } from '../commands/protocols/serve.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [{ words: [], operands: 1, run: (cli, ...args) => serveProtocol(cli, git, args) }],
  program: async () => gitCredentialProgram,
});
