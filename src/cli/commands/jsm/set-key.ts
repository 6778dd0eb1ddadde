import { saveSession } from '../../../app/sign-in/save-session.ts';
import { isTerminal } from '../../../composition/environment.ts';
import { parseApiKey } from '../../../domain/sign-in/session.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { formatStored } from '../../output/credential-text.ts';
import { readSecret } from '../../stdin.ts';

export function setKeyCommand(cli: Cli): Command {
  return command({
    name: 'set-key',
    summary: 'Keep an API key instead of a sign-in',
    operands: { key: { describe: 'the key, jsm_…; - reads it from stdin, where no other user sees it' } },
    examples: [['$0 auth set-key - <key.txt', 'keep a key from a file']],
    async run({ key }) {
      const context = cli.context();
      const typed = key === '-' ? await keyFromStdin(context.terminal) : key;
      const session = { kind: 'api-key', key: parseApiKey(typed.trim()) } as const;
      const exclusively = cli.services.signInMutex(context);
      const stored = await exclusively(() => saveSession(context, jsmCredential, session));
      if (!context.settings.quiet) await cli.print(formatStored('the API key', stored, context));
    },
  });
}

async function keyFromStdin({ askHidden }: ReturnType<Cli['context']>['terminal']): Promise<string> {
  const secret = isTerminal(0) ? await askHidden('API key:') : await readSecret(process.stdin, false);
  return new TextDecoder().decode(secret.expose());
}
