import { CredentialError } from '../../domain/credential-error.ts';
import type { CredentialName } from '../../domain/credential-name.ts';
import { type DockerLogin, toDockerName } from '../../domain/protocols/docker-login.ts';
import { Secret } from '../../domain/secret.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../delete-credential.ts';
import { setCredential } from '../set-credential.ts';

/** Keeps a login, in place of any other that is remembered of its registry. */
export async function storeForDocker(context: Context, login: DockerLogin): Promise<void> {
  const name = toDockerName(login);
  await setCredential(context, name, new Secret(new TextEncoder().encode(login.Secret)));
  const { placement } = await context.placement.read();
  const others = placement.filter(({ service, account }) => service === name.service && account !== name.account);
  for (const other of others) await forget(context, other);
}

/** The login is stored, and what is stored last is what is given: an older one that stays is no failure. */
async function forget(context: Context, name: CredentialName): Promise<void> {
  try {
    await deleteCredential(context, name);
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code === 'cancelled') throw error;
    context.terminal.warn(`the login of ${name.account} before stays: ${error.message}`);
  }
}
