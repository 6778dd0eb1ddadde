#!/usr/bin/env node
import { main } from './main.ts';
import { keystowProgram } from './programs/keystow.ts';

await main(keystowProgram);
