#!/usr/bin/env node
import { main } from './main.ts';
import { difyctlProgram } from './programs/difyctl.ts';

await main(difyctlProgram);
