import { keystow } from '../../../profiles/keystow.ts';
import { directGet } from '../../commands/credentials/get.ts';
import { directToken } from '../../commands/credentials/token.ts';
import { directHelper } from '../../commands/protocols/helper.ts';
import { main } from '../../main.ts';

/** The full keystow, loaded unless the fast path has printed a secret. */
void main({
  profile: keystow,
  inspects: true,
  direct: [
    directGet,
    directToken,
    directHelper,
    { ...directHelper, words: ['git'], operands: 1, run: (cli, ...args) => directHelper.run(cli, 'git', ...args) },
  ],
  program: async () => (await import('../../programs/keystow.ts')).keystowProgram,
});
