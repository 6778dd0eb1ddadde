import { difyctl } from '../profiles/difyctl.ts';
import { quickToken } from './commands/difyctl/token.ts';
import { main } from './main.ts';

/** All of difyctl, loaded where no token could be read at once. */
void main({
  profile: difyctl,
  quick: [quickToken],
  program: async () => (await import('./programs/difyctl.ts')).difyctlProgram,
});
