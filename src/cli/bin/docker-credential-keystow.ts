#!/usr/bin/env node
import { docker } from '../../domain/protocols/docker.ts';
import { runFastHelper } from '../fast-helper.ts';

void runFastHelper(docker, async (received) =>
  (await import('./full/docker-credential-keystow-full.ts')).runFull(received),
);
