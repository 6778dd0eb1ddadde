import { toDockerService } from '../../domain/protocols/docker-login.ts';
import type { Context } from '../context.ts';
import { credentialsOf } from '../credentials-of.ts';
import { deleteCredential } from '../delete-credential.ts';

/** Removes every login at a registry. docker logs out of several spellings of one, most of which never were. */
export async function eraseForDocker(context: Context, server: string): Promise<void> {
  for await (const { name } of credentialsOf(context, toDockerService(server))) await deleteCredential(context, name);
}
