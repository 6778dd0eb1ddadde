import { findEntry, sortNewestFirst } from '../../domain/placement/placement-index.ts';
import { parseDockerServer } from '../../domain/protocols/docker-login.ts';
import type { Context } from '../context.ts';
import { listCredentials } from '../list-credentials.ts';

/** The user of every registry that there is a login at: the one that a get gives. */
export async function listForDocker(context: Context): Promise<Readonly<Record<string, string>>> {
  const { placement } = await context.placement.read();
  const logins = (await listCredentials(context)).flatMap((name) => {
    const server = parseDockerServer(name);
    return server === undefined ? [] : [{ server, user: name.account, ...findEntry(placement, name) }];
  });
  // Of two entries for one key the last one stays.
  const entries = sortNewestFirst(logins).map(({ server, user }): [string, string] => [server, user]);
  return Object.fromEntries(entries.reverse());
}
