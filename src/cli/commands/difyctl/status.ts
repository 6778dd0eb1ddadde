import { listDifySignIns } from '../../../app/sign-in/dify-sign-ins.ts';
import { readSession } from '../../../app/sign-in/session.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Cli } from '../../cli.ts';
import { type Command, defineCommand } from '../../command.ts';
import { toExitCode } from '../../exit.ts';
import { formatSession, toSessionReport } from '../../output/session-text.ts';
import { hostOption, notSignedInError } from './shared.ts';

export function statusCommand(cli: Cli): Command {
  return defineCommand({
    name: 'status',
    summary: 'Show who is signed in at which host, the latest sign-in first',
    options: { host: hostOption, json: { describe: 'print JSON' } },
    examples: [['$0 auth status', 'exits with 4 if you are not signed in']],
    async run({ host, json }) {
      const context = cli.context();
      const reports = [];
      for (const signIn of await listDifySignIns(context, host)) {
        const { store } = signIn;
        const account = { host: signIn.host, account: signIn.subject };
        try {
          const session = await readSession(context, signIn);
          if (session) reports.push({ ...toSessionReport(session, store), ...account });
        } catch (error) {
          if (!(error instanceof CredentialError)) throw error;
          const { code, message, hint } = error;
          cli.exitWith(toExitCode(code));
          const failure = { code, error: message, ...(hint && { hint }) };
          reports.push({ kind: 'sign-in' as const, issuer: signIn.host, store, ...account, ...failure });
        }
      }
      if (reports.length === 0) throw notSignedInError(host);
      await (json ? cli.printJson(reports) : cli.print(reports.flatMap(formatSession)));
    },
  });
}
