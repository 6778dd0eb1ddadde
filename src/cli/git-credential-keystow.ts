#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { main } from './main.ts';
import { serveGit } from './serve-git.ts';

void main({
  profile: keystow,
  quick: [{ words: [], operands: 1, run: (cli, operation = '') => serveGit(cli, operation) }],
  program: async () => (await import('./programs/git-credential-keystow.ts')).gitCredentialProgram,
});
