import { difyctl } from '../../../profiles/difyctl.ts';
import { directToken } from '../../commands/difyctl/token.ts';
import { main } from '../../main.ts';

/** The full difyctl, loaded unless the fast path has printed a token. */
void main({
  profile: difyctl,
  direct: [directToken],
  program: async () => (await import('../../programs/difyctl.ts')).difyctlProgram,
});
