#!/usr/bin/env node
import { keystow } from '../../profiles/keystow.ts';
import { gitCredentialProgram, serveGit } from '../commands/protocols/git.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  direct: [{ words: [], operands: 1, run: (cli, operation = '') => serveGit(cli, operation) }],
  program: async () => gitCredentialProgram,
});
