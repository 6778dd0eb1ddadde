#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { serveGit } from './commands/git.ts';
import { main } from './main.ts';

void main({
  profile: keystow,
  quick: [{ words: [], operands: 1, run: (cli, operation = '') => serveGit(cli, operation) }],
  program: async () => (await import('./commands/git.ts')).gitCredentialProgram,
});
