import { jsm } from '../profiles/jsm.ts';
import { quickToken } from './commands/jsm/token.ts';
import { main } from './main.ts';

/** All of jsm, loaded where no token could be read at once. */
void main({
  profile: jsm,
  quick: [quickToken],
  program: async () => (await import('./programs/jsm.ts')).jsmProgram,
});
