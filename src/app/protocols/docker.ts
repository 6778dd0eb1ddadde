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
import { decodeSecret } from '../credentials/get-credential.ts';
import { listCredentials } from '../credentials/list-credentials.ts';
import { setCredential } from '../credentials/set-credential.ts';

/** Returns the login for a registry, the newest if there are several. */
export async function getForDocker(context: Context, server: string): Promise<DockerLogin | undefined> {
  for await (const { name, secret } of findCredentials(context, toDockerService(server))) {
    return { ServerURL: server, Username: name.account, Secret: requireText(secret) };
  }
  return undefined;
}

/**
 * Stores a login, and removes the recorded logins of other users at the same registry. An empty secret → `invalid-input`,
 * unless `allowEmpty`.
 */
export async function storeForDocker(
  context: Context,
  login: DockerLogin,
  { allowEmpty = false }: { readonly allowEmpty?: boolean } = {},
): Promise<void> {
  const name = toDockerName(login);
  if (login.Secret === '' && !allowEmpty) {
    throw new CredentialError('invalid-input', 'the secret is empty, so nothing was stored', {
      hint: 'log in with a password or a token',
    });
  }
  await setCredential(context, name, new Secret(new TextEncoder().encode(login.Secret)), {
    allowEmpty,
    explains: 'failures',
  });
  const { placement } = await context.placement.read();
  const others = placement.filter(({ service, account }) => service === name.service && account !== name.account);
  for (const other of others) await deletePrevious(context, other);
}

/** Deletes every login for a registry. Docker's logout tries several spellings of its name, most of which don't exist. */
export async function eraseForDocker(context: Context, server: string): Promise<void> {
  for await (const { name } of findCredentials(context, toDockerService(server))) await deleteCredential(context, name);
}

/** Returns every registry with its user name: the newest login's, as {@link getForDocker} does. */
export async function listForDocker(context: Context): Promise<Readonly<Record<string, string>>> {
  const { placement } = await context.placement.read();
  const logins = (await listCredentials(context)).flatMap((name) => {
    const server = parseDockerServer(name);
    return server === undefined ? [] : [{ server, user: name.account, ...findEntry(placement, name) }];
  });
  const oldestFirst = sortNewestFirst(logins).reverse();
  // A later entry replaces an earlier one for the same server.
  return Object.fromEntries(oldestFirst.map(({ server, user }): [string, string] => [server, user]));
}

/** A failure is only a warning, because the new login is stored and is the one that docker gets. */
async function deletePrevious(context: Context, name: CredentialName): Promise<void> {
  try {
    await deleteCredential(context, name);
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
    context.terminal.warn(`the previous login of ${name.account} was not removed: ${error.message}`);
  }
}

function requireText(secret: Secret): string {
  const text = decodeSecret(secret);
  if (text !== undefined) return text;
  throw new CredentialError('failed', 'the stored login is not UTF-8 text', { hint: 'log in again' });
}
