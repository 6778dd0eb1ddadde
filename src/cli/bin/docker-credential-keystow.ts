#!/usr/bin/env node
import { keystow } from '../../profiles/keystow.ts';
import { dockerCredentialProgram, serveDocker } from '../commands/protocols/docker.ts';
import { exitCodes } from '../exit.ts';
import { main } from '../main.ts';

void main({
  profile: keystow,
  // As docker's own helpers.
  invalidInputCode: exitCodes.error,
  direct: [{ words: [], operands: 1, run: (cli, action = '') => serveDocker(cli, action) }],
  program: async () => dockerCredentialProgram,
});
