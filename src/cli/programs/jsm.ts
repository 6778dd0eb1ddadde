import { jsm, jsmSignIn } from '../../profiles/jsm.ts';
import { defineGroup } from '../command.ts';
import { loginCommand } from '../commands/jsm/login.ts';
import { logoutCommand } from '../commands/jsm/logout.ts';
import { setKeyCommand } from '../commands/jsm/set-key.ts';
import { statusCommand } from '../commands/jsm/status.ts';
import { tokenCommand } from '../commands/jsm/token.ts';
import { doctorCommand } from '../commands/stores/doctor.ts';
import { passphraseCommands } from '../commands/stores/passphrase.ts';
import { resetCommand } from '../commands/stores/reset.ts';
import { unlockCommand } from '../commands/stores/unlock.ts';
import { type Program, proxyVariables } from '../program.ts';

export const jsmProgram: Program = {
  profile: jsm,
  summary: 'Signs you in, and stores the tokens in the best store this machine has.',
  examples: [
    ['$0 login', 'sign in'],
    ['$0 auth status', 'who is signed in'],
    ['$0 doctor', 'where the sign-in is stored, and why'],
  ],
  variables: [
    [jsmSignIn.variables.issuer, `the server to sign in at, instead of ${jsmSignIn.issuer}`],
    [jsmSignIn.variables.clientId, 'the OAuth client ID; required for login'],
    [jsmSignIn.variables.clientSecret, 'the client secret, if the client has one'],
    ...proxyVariables,
  ],
  commands: (cli) => [
    loginCommand(cli),
    logoutCommand(cli),
    defineGroup('auth', 'Sign-ins and keys', [setKeyCommand(cli), statusCommand(cli), tokenCommand(cli)]),
    passphraseCommands(cli),
    resetCommand(cli),
    unlockCommand(cli),
    doctorCommand(cli, Object.values(jsmSignIn.variables)),
  ],
};
