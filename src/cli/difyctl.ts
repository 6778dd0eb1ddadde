#!/usr/bin/env node
import { difyctl } from '../profiles/difyctl.ts';
import { authCommand } from './commands/auth.ts';
import { loginCommand } from './commands/difyctl/login.ts';
import { logoutCommand } from './commands/difyctl/logout.ts';
import { pruneCommand } from './commands/difyctl/prune.ts';
import { statusCommand } from './commands/difyctl/status.ts';
import { tokenCommand } from './commands/difyctl/token.ts';
import { doctorCommand } from './commands/doctor.ts';
import { main } from './main.ts';
import { packageVersion } from './version.ts';

await main(
  difyctl,
  {
    name: difyctl.program,
    version: packageVersion(),
    summary: 'Signs in at hosts of Dify, and keeps the tokens in the best store that this machine has.',
    examples: [
      ['auth login', 'sign in'],
      ['auth status', 'who is signed in where'],
      ['doctor', 'where that is kept, and why there'],
    ],
  },
  (cli) => [
    authCommand([loginCommand(cli), statusCommand(cli), tokenCommand(cli), logoutCommand(cli), pruneCommand(cli)]),
    doctorCommand(cli),
  ],
);
