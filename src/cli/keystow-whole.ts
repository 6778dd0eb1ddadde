import { keystow } from '../profiles/keystow.ts';
import { quickGet } from './commands/get.ts';
import { main } from './main.ts';

/** The full keystow, loaded if the fast path could not read the secret. */
void main({
  profile: keystow,
  quick: [
    quickGet,
    {
      words: ['git'],
      operands: 1,
      run: async (cli, operation = '') => (await import('./commands/git.ts')).serveGit(cli, operation),
    },
  ],
  program: async () => (await import('./programs/keystow.ts')).keystowProgram,
});
