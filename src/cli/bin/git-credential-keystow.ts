#!/usr/bin/env node
import { git } from '../../domain/protocols/git.ts';
import { runFastHelper } from '../fast-helper.ts';

void runFastHelper(git, async (received) => (await import('./full/git-credential-keystow-full.ts')).runFull(received));
