import { readSession } from '../../../app/sign-in/session.ts';
import { findEntry } from '../../../domain/placement/placement-index.ts';
import { jsmCredential } from '../../../profiles/jsm.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { formatSession, toSessionReport } from '../../output/session-text.ts';
import { notSignedInError } from './shared.ts';

export function statusCommand(cli: Cli): Command {
  return defineCommand({
    name: 'status',
    summary: 'Show who is signed in, until when, and in which store',
    options: { json: { describe: 'print JSON' } },
    examples: [['$0 auth status', 'exits with 4 if you are not signed in']],
    async run({ json }) {
      const context = cli.context();
      const session = await readSession(context, jsmCredential);
      if (session === undefined) throw notSignedInError();
      const store = findEntry((await context.placement.read(jsmCredential)).placement, jsmCredential)?.store;
      const report = toSessionReport(session, store);
      await (json ? cli.printJson(report) : cli.print(formatSession(report)));
    },
  });
}
