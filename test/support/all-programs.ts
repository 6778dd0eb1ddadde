import { gitCredentialProgram } from '../../src/cli/commands/protocols/git.ts';
import {
  askpassProgram,
  bazelCredentialProgram,
  cargoCredentialProgram,
  dockerCredentialProgram,
  terraformCredentialsProgram,
  vaultClientProgram,
} from '../../src/cli/commands/protocols/helper-programs.ts';
import type { Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';

/** Every program of the package. */
export const programs: readonly Program[] = [
  keystowProgram,
  jsmProgram,
  difyctlProgram,
  gitCredentialProgram,
  dockerCredentialProgram,
  cargoCredentialProgram,
  terraformCredentialsProgram,
  bazelCredentialProgram,
  vaultClientProgram,
  askpassProgram,
];
