import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import { readSession } from '../../../app/sign-in/session.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Cli } from '../../cli.ts';
import { type Command, command } from '../../command.ts';
import { toExitCode } from '../../exit.ts';
import { formatSession, sessionFacts } from '../../output/session-text.ts';
import { formatJson } from '../../output/text.ts';
import { hostOption } from './host-option.ts';
import { notSignedIn } from './not-signed-in.ts';

export function statusCommand(cli: Cli): Command {
  return command({
    name: 'status',
    summary: 'Say who is signed in where, the sign-in in use first',
    options: { host: hostOption, json: { describe: 'print JSON' } },
    examples: [['$0 auth status', 'exit 4 when nobody is signed in']],
    async run({ host, json }) {
      const context = cli.context();
      const entries = await listDifySignIns(context, host);
      const reports = [];
      for (const entry of entries) {
        const { store, subject } = entry;
        try {
          const session = await readSession(context, entry);
          if (session) reports.push({ ...sessionFacts(session, store), host: entry.host, account: subject });
        } catch (error) {
          if (!(error instanceof CredentialError)) throw error;
          cli.exitWith(toExitCode(error.code));
          reports.push({
            kind: 'sign-in' as const,
            issuer: entry.host,
            store,
            host: entry.host,
            account: subject,
            code: error.code,
            error: error.message,
          });
        }
      }
      if (reports.length === 0) throw notSignedIn(host);
      await cli.print(json ? formatJson(reports) : reports.map((report) => formatSession(report)).join(''));
    },
  });
}
