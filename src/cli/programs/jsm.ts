import { jsm, jsmSignIn } from '../../profiles/jsm.ts';
import { group } from '../command.ts';
import { doctorCommand } from '../commands/doctor.ts';
import { loginCommand } from '../commands/jsm/login.ts';
import { logoutCommand } from '../commands/jsm/logout.ts';
import { setKeyCommand } from '../commands/jsm/set-key.ts';
import { statusCommand } from '../commands/jsm/status.ts';
import { tokenCommand } from '../commands/jsm/token.ts';
import { passphraseCommands } from '../commands/passphrase.ts';
import type { Program } from '../program.ts';

export const jsmProgram: Program = {
  profile: jsm,
  summary: 'Signs in, and keeps the sign-in in the best store that this machine has.',
  examples: [
    ['$0 login', 'sign in'],
    ['$0 auth status', 'who is signed in'],
    ['$0 doctor', 'where that is kept, and why there'],
  ],
  variables: [
    [jsmSignIn.variables.issuer, `the server to sign in at, instead of ${jsmSignIn.issuer}`],
    [jsmSignIn.variables.clientId, 'the client to sign in as'],
    [jsmSignIn.variables.clientSecret, 'its secret, where it has one'],
  ],
  commands: (cli) => [
    loginCommand(cli),
    logoutCommand(cli),
    group('auth', 'Sign-ins and keys', [setKeyCommand(cli), statusCommand(cli), tokenCommand(cli)]),
    passphraseCommands(cli),
    doctorCommand(cli),
  ],
};
