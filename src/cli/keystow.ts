#!/usr/bin/env node
import { keystow } from '../profiles/keystow.ts';
import { deleteCommand } from './commands/delete.ts';
import { doctorCommand } from './commands/doctor.ts';
import { getCommand } from './commands/get.ts';
import { listCommand } from './commands/list.ts';
import { setCommand } from './commands/set.ts';
import { main } from './main.ts';
import { packageVersion } from './version.ts';

await main(
  keystow,
  {
    name: keystow.program,
    version: packageVersion(),
    summary: 'Keeps credentials in the best store that this machine has, never in the clear.',
    examples: [
      ['set github.com alice', 'keep a token'],
      ['get github.com alice', 'print it'],
      ['doctor', 'which store, and why'],
    ],
  },
  (cli) => [setCommand(cli), getCommand(cli), deleteCommand(cli), listCommand(cli), doctorCommand(cli)],
);
