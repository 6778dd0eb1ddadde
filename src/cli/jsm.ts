#!/usr/bin/env node
import { main } from './main.ts';
import { jsmProgram } from './programs/jsm.ts';

await main(jsmProgram);
