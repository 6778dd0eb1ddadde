#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { serveDocker } from './commands/docker.ts';
import { main } from './main.ts';

void main({
  profile: keystow,
  quick: [{ words: [], operands: 1, run: (cli, action = '') => serveDocker(cli, action) }],
  program: async () => (await import('./commands/docker.ts')).dockerCredentialProgram,
});
