#!/usr/bin/env node
import { jsm } from '../profiles/jsm.ts';
import { authCommand } from './commands/auth.ts';
import { doctorCommand } from './commands/doctor.ts';
import { loginCommand } from './commands/jsm/login.ts';
import { logoutCommand } from './commands/jsm/logout.ts';
import { setKeyCommand } from './commands/jsm/set-key.ts';
import { statusCommand } from './commands/jsm/status.ts';
import { tokenCommand } from './commands/jsm/token.ts';
import { main } from './main.ts';
import { packageVersion } from './version.ts';

await main(
  jsm,
  {
    name: jsm.program,
    version: packageVersion(),
    summary: 'Signs in, and keeps the sign-in in the best store that this machine has.',
    examples: [
      ['login', 'sign in'],
      ['auth status', 'who is signed in'],
      ['doctor', 'where that is kept, and why there'],
    ],
  },
  (cli) => [
    loginCommand(cli),
    logoutCommand(cli),
    authCommand([setKeyCommand(cli), statusCommand(cli), tokenCommand(cli)]),
    doctorCommand(cli),
  ],
);
