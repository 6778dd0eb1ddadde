import type { Context } from '../../app/context.ts';
import { type Repair, repair } from '../../app/reconcile/repair.ts';
import { resolveStoreWord, type StoreId } from '../../domain/store-id.ts';
import type { Cli } from '../cli.ts';
import { repairLine } from '../output/reconcile-text.ts';

export interface RepairOptions {
  /** As the user named the store. */
  readonly keep: StoreId | undefined;
  readonly json: boolean;
}

/** Mends, and says what was done as it is done, while nobody renews or writes a sign-in. Gives all of it. */
export async function runRepair(cli: Cli, context: Context, { keep, json }: RepairOptions): Promise<readonly Repair[]> {
  const { settings, stores, terminal } = context;
  const repairs: Repair[] = [];
  await cli.services.exclusion(context)(async () => {
    for await (const done of repair(context, keep && resolveStoreWord(keep, stores.candidates))) {
      repairs.push(done);
      if (json) continue;
      if (done.outcome === 'left') {
        terminal.warn(`${repairLine(done)}${done.fix ? `\n  hint: ${done.fix}` : ''}`);
      } else if (!settings.quiet) await cli.print(`${repairLine(done)}\n`);
    }
  });
  if (repairs.length === 0 && !json && !settings.quiet) await cli.print('nothing to mend\n');
  return repairs;
}
