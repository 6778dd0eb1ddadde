import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { findEntry, sortNewestFirst } from '../../domain/placement/placement-index.ts';
import {
  type DockerLogin,
  parseDockerServer,
  toDockerName,
  toDockerService,
} from '../../domain/protocols/docker-login.ts';
import { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../credentials/delete-credential.ts';
import { findCredentials } from '../credentials/find-credentials.ts';
import { listCredentials } from '../credentials/list-credentials.ts';
import { setCredential } from '../credentials/set-credential.ts';

/** The login at a registry, the one stored last where there are several; `undefined` where there is none. */
export async function getForDocker(context: Context, server: string): Promise<DockerLogin | undefined> {
  for await (const { name, secret } of findCredentials(context, toDockerService(server))) {
    return { ServerURL: server, Username: name.account, Secret: decodeLogin(secret.expose()) };
  }
  return undefined;
}

function decodeLogin(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CredentialError('failed', 'what is stored as the login is not text', {
      hint: 'log in again',
    });
  }
}

/** Keeps a login, in place of any other that is remembered of its registry. */
export async function storeForDocker(context: Context, login: DockerLogin): Promise<void> {
  const name = toDockerName(login);
  await setCredential(context, name, new Secret(new TextEncoder().encode(login.Secret)));
  const { placement } = await context.placement.read();
  const others = placement.filter(({ service, account }) => service === name.service && account !== name.account);
  for (const other of others) await deleteOlder(context, other);
}

/** The login is stored, and what is stored last is what is given: an older one that stays is no failure. */
async function deleteOlder(context: Context, name: CredentialName): Promise<void> {
  try {
    await deleteCredential(context, name);
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
    context.terminal.warn(`the login of ${name.account} before stays: ${error.message}`);
  }
}

/** Removes every login at a registry. docker logs out of several spellings of one, most of which never were. */
export async function eraseForDocker(context: Context, server: string): Promise<void> {
  for await (const { name } of findCredentials(context, toDockerService(server))) await deleteCredential(context, name);
}

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
