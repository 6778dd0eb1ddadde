import { keystow } from '../../profiles/keystow.ts';
import { directGet } from '../commands/credentials/get.ts';
import { main } from '../main.ts';

/** The full keystow, loaded unless the fast path has printed a secret. */
void main({
  profile: keystow,
  inspects: true,
  direct: [
    directGet,
    {
      words: ['git'],
      operands: 1,
      run: async (cli, operation = '') => (await import('../commands/protocols/git.ts')).serveGit(cli, operation),
    },
  ],
  program: async () => (await import('../programs/keystow.ts')).keystowProgram,
});
