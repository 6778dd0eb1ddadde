#!/usr/bin/env node
import { git } from '../../domain/protocols/git.ts';
import { runFastHelper } from '../fast-helper.ts';

void runFastHelper(git, async (received) => (await import('./git-credential-keystow-full.ts')).runFull(received));
