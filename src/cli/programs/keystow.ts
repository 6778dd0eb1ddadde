import { keystow } from '../../profiles/keystow.ts';
import { deleteCommand } from '../commands/delete.ts';
import { doctorCommand } from '../commands/doctor.ts';
import { execCommand } from '../commands/exec.ts';
import { getCommand } from '../commands/get.ts';
import { gitCommand } from '../commands/git.ts';
import { listCommand } from '../commands/list.ts';
import { migrateCommand } from '../commands/migrate.ts';
import { passphraseCommands } from '../commands/passphrase.ts';
import { resetCommand } from '../commands/reset.ts';
import { setCommand } from '../commands/set.ts';
import { applicationOption, type Program } from '../program.ts';

export const keystowProgram: Program = {
  profile: keystow,
  summary: 'Stores credentials in the best store this machine has, never in plain text.',
  examples: [
    ['$0 set github.com alice', 'store a token'],
    ['$0 get github.com alice', 'print it'],
    ['$0 doctor', 'show which store is used, and why'],
    ['$0 --application acme list', 'list what the application acme keeps'],
  ],
  options: { application: applicationOption },
  commands: (cli) => [
    setCommand(cli),
    getCommand(cli),
    execCommand(cli),
    deleteCommand(cli),
    listCommand(cli),
    migrateCommand(cli),
    passphraseCommands(cli),
    resetCommand(cli),
    doctorCommand(cli),
    gitCommand(cli),
  ],
};
