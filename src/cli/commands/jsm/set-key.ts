import { saveSession } from '../../../app/sign-in/change-session.ts';
import { parseApiKey } from '../../../domain/sign-in/session.ts';
import type { Terminal } from '../../../ports/interaction.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { readSecret } from '../../input.ts';
import { formatStored } from '../../output/credential-text.ts';

export function setKeyCommand(cli: Cli): Command {
  return defineCommand({
    name: 'set-key',
    summary: 'Store an API key instead of a sign-in',
    operands: { key: { describe: 'the key (jsm_…), or - to read it from stdin: other users can see arguments' } },
    examples: [['$0 auth set-key - <key.txt', 'store a key from a file']],
    async run({ key }) {
      const context = cli.context();
      const text = key === '-' ? await readKey(cli, context.terminal) : key;
      const session = { kind: 'api-key', key: parseApiKey(text.trim()) } as const;
      const withLock = context.renewal.lockOf(jsmCredential);
      const stored = await withLock(() => saveSession(context, jsmCredential, session));
      if (!context.settings.quiet) await cli.print([formatStored('the API key', stored, context)]);
    },
  });
}

async function readKey({ signal }: Cli, terminal: Terminal): Promise<string> {
  const secret = await readSecret({ terminal, prompt: 'API key:', signal });
  return new TextDecoder().decode(secret.expose());
}
