import type { Context } from '../../../app/context.ts';
import { removeEverywhere } from '../../../app/credentials/delete-credential.ts';
import type { DifySignIn } from '../../../app/sign-in/dify-sign-ins.ts';
import type { Cli } from '../../cli.ts';
import { exitCodes } from '../../exit.ts';
import { formatRemovals } from '../../output/session-text.ts';
import { escapeControls } from '../../output/text.ts';

/** Removes sign-ins from every store, and prints what became of each. */
export async function removeEntries(cli: Cli, context: Context, entries: readonly DifySignIn[]): Promise<void> {
  const exclusively = cli.services.signInMutex(context);
  for (const entry of entries) {
    const removals = await exclusively(() => removeEverywhere(context, entry));
    const lines = formatRemovals(entry, removals, context).replace(/^/gm, '  ').trimEnd();
    await cli.print(`${escapeControls(entry.subject)} at ${entry.host}\n${lines}\n`);
    if (removals.some((removal) => removal.outcome === 'unreachable' && removal.known)) cli.exitWith(exitCodes.error);
  }
}
