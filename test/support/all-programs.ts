import type { Program } from '../../src/cli/program.ts';
import { difyctlProgram } from '../../src/cli/programs/difyctl.ts';
import { dockerCredentialProgram } from '../../src/cli/programs/docker-credential-keystow.ts';
import { gitCredentialProgram } from '../../src/cli/programs/git-credential-keystow.ts';
import { jsmProgram } from '../../src/cli/programs/jsm.ts';
import { keystowProgram } from '../../src/cli/programs/keystow.ts';

/** Every program of the package. */
export const programs: readonly Program[] = [
  keystowProgram,
  jsmProgram,
  difyctlProgram,
  gitCredentialProgram,
  dockerCredentialProgram,
];
