#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { main } from './main.ts';
import { serveDocker } from './serve-docker.ts';

void main({
  profile: keystow,
  quick: [{ words: [], operands: 1, run: (cli, action = '') => serveDocker(cli, action) }],
  program: async () => (await import('./programs/docker-credential-keystow.ts')).dockerCredentialProgram,
});
