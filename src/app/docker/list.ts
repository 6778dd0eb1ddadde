import { serverOf } from '../../domain/docker/login.ts';
import { findPlaced, newestFirst } from '../../domain/placement.ts';
import type { Context } from '../context.ts';
import { listCredentials } from '../list-credentials.ts';

/** The user of every registry that there is a login at: the one that a get gives. */
export async function listForDocker(context: Context): Promise<Readonly<Record<string, string>>> {
  const { placement } = await context.placement.read();
  const logins = (await listCredentials(context)).flatMap((name) => {
    const server = serverOf(name);
    return server === undefined ? [] : [{ server, user: name.account, ...findPlaced(placement, name) }];
  });
  // Of two entries for one key the last one stays.
  const entries = newestFirst(logins).map(({ server, user }): [string, string] => [server, user]);
  return Object.fromEntries(entries.reverse());
}
