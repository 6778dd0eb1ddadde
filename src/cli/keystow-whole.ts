import { keystow } from '../profiles/keystow.ts';
import { quickGet } from './commands/print-secret.ts';
import { quickGit } from './commands/quick-git.ts';
import { main } from './main.ts';

/** All of keystow, loaded where nothing could be read at once. */
void main({
  profile: keystow,
  quick: [quickGet, quickGit],
  program: async () => (await import('./programs/keystow.ts')).keystowProgram,
});
