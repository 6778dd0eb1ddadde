import { jsm } from '../../../profiles/jsm.ts';
import { directToken } from '../../commands/jsm/token.ts';
import { main } from '../../main.ts';

/** The full jsm, loaded unless the fast path has printed a token. */
void main({
  profile: jsm,
  direct: [directToken],
  program: async () => (await import('../../programs/jsm.ts')).jsmProgram,
});
