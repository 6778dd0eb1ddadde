import { readSession } from '../../../app/sign-in/session.ts';
import { findEntry } from '../../../domain/placement/placement-index.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { formatSession, sessionFacts } from '../../output/session-text.ts';
import { formatJson } from '../../output/text.ts';
import { notSignedIn } from './not-signed-in.ts';

export function statusCommand(cli: Cli): Command {
  return command({
    name: 'status',
    summary: 'Say who is signed in, until when, and where that is kept',
    options: { json: { describe: 'print JSON' } },
    examples: [['$0 auth status', 'exit 4 when nobody is signed in']],
    async run({ json }) {
      const context = cli.context();
      const session = await readSession(context, jsmCredential);
      if (session === undefined) throw notSignedIn();
      const store = findEntry((await context.placement.read()).placement, jsmCredential)?.store;
      const facts = sessionFacts(session, store);
      await cli.print(json ? formatJson(facts) : formatSession(facts));
    },
  });
}
