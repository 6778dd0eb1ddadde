import { difyctl } from '../../profiles/difyctl.ts';
import { defineGroup } from '../command.ts';
import { loginCommand } from '../commands/difyctl/login.ts';
import { logoutCommand } from '../commands/difyctl/logout.ts';
import { pruneCommand } from '../commands/difyctl/prune.ts';
import { statusCommand } from '../commands/difyctl/status.ts';
import { tokenCommand } from '../commands/difyctl/token.ts';
import { doctorCommand } from '../commands/stores/doctor.ts';
import { passphraseCommands } from '../commands/stores/passphrase.ts';
import { resetCommand } from '../commands/stores/reset.ts';
import { unlockCommand } from '../commands/stores/unlock.ts';
import { type Program, proxyVariables } from '../program.ts';

export const difyctlProgram: Program = {
  profile: difyctl,
  summary: 'Signs you in at Dify hosts, and stores the tokens in the best store this machine has.',
  examples: [
    ['$0 auth login', 'sign in'],
    ['$0 auth status', 'who is signed in at which host'],
    ['$0 doctor', 'where the tokens are stored, and why'],
  ],
  variables: proxyVariables,
  commands: (cli) => [
    defineGroup('auth', 'Sign-ins', [
      loginCommand(cli),
      statusCommand(cli),
      tokenCommand(cli),
      logoutCommand(cli),
      pruneCommand(cli),
    ]),
    passphraseCommands(cli),
    resetCommand(cli),
    unlockCommand(cli),
    doctorCommand(cli),
  ],
};
