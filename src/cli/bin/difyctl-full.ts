import { difyctl } from '../../profiles/difyctl.ts';
import { directToken } from '../commands/difyctl/token.ts';
import { main } from '../main.ts';

/** The full difyctl, loaded if the fast path could not read the token. */
void main({
  profile: difyctl,
  direct: [directToken],
  program: async () => (await import('../programs/difyctl.ts')).difyctlProgram,
});
