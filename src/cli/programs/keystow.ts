import { keystow } from '../../profiles/keystow.ts';
import { applicationOptions } from '../application-options.ts';
import { clearClipboardCommand, copyCommand } from '../commands/credentials/copy.ts';
import { deleteCommand } from '../commands/credentials/delete.ts';
import { execCommand } from '../commands/credentials/exec.ts';
import { getCommand } from '../commands/credentials/get.ts';
import { listCommand } from '../commands/credentials/list.ts';
import { renameCommand } from '../commands/credentials/rename.ts';
import { setCommand } from '../commands/credentials/set.ts';
import { tokenCommand } from '../commands/credentials/token.ts';
import { gitCommand } from '../commands/protocols/git.ts';
import { helperCommand } from '../commands/protocols/helper.ts';
import { setupCommand } from '../commands/protocols/setup.ts';
import { doctorCommand } from '../commands/stores/doctor.ts';
import { migrateCommand } from '../commands/stores/migrate.ts';
import { passphraseCommands } from '../commands/stores/passphrase.ts';
import { resetCommand } from '../commands/stores/reset.ts';
import { unlockCommand } from '../commands/stores/unlock.ts';
import { exportCommand } from '../commands/transfer/export.ts';
import { importCommand } from '../commands/transfer/import.ts';
import { exportPassphraseVariable } from '../commands/transfer/passphrase.ts';
import { sweepCommand } from '../commands/transfer/sweep.ts';
import type { Program } from '../program.ts';

export const keystowProgram: Program = {
  profile: keystow,
  summary: 'Stores credentials in the best store this machine has, never in plain text.',
  examples: [
    ['$0 set github.com alice', 'store a token'],
    ['$0 get github.com alice', 'print it'],
    ['$0 doctor', 'show which store is used, and why'],
    ['$0 --application acme list', 'list what the application acme keeps'],
  ],
  options: applicationOptions,
  variables: [
    [
      exportPassphraseVariable,
      'the passphrase of export and import, so that nobody has to type it; ignored unless KEYSTOW_ALLOW_ENV_PASSPHRASE=1',
    ],
  ],
  commands: (cli) => [
    setCommand(cli),
    getCommand(cli),
    tokenCommand(cli),
    execCommand(cli),
    copyCommand(cli),
    renameCommand(cli),
    deleteCommand(cli),
    listCommand(cli),
    migrateCommand(cli),
    sweepCommand(cli),
    exportCommand(cli),
    importCommand(cli),
    passphraseCommands(cli),
    resetCommand(cli),
    unlockCommand(cli),
    doctorCommand(cli, [exportPassphraseVariable]),
    gitCommand(cli),
    setupCommand(cli),
    helperCommand(cli),
    clearClipboardCommand(cli),
  ],
};
