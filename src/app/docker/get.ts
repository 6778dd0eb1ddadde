import { CredentialError } from '../../domain/credential-error.ts';
import { type DockerLogin, toDockerService } from '../../domain/protocols/docker-login.ts';
import type { Context } from '../context.ts';
import { credentialsOf } from '../credentials-of.ts';

/** The login at a registry, the one stored last where there are several; `undefined` where there is none. */
export async function getForDocker(context: Context, server: string): Promise<DockerLogin | undefined> {
  for await (const { name, secret } of credentialsOf(context, toDockerService(server))) {
    return { ServerURL: server, Username: name.account, Secret: textOf(secret.expose()) };
  }
  return undefined;
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CredentialError('failed', 'what is stored as the login is not text', {
      hint: 'log in again',
    });
  }
}
