import type { Attributes } from '../../domain/protocols/git/attributes.ts';
import { isRejected } from '../../domain/protocols/git/git-credential.ts';
import type { Context } from '../context.ts';
import { deleteCredential } from '../delete-credential.ts';
import { keptCredentials } from './kept-credentials.ts';

/**
 * Removes what did not serve git: of the user that it names, else of every user of that place; and where it says which
 * password or pre-encoded credential that was, nothing else, since another program may have stored a better one.
 */
export async function eraseForGit(context: Context, request: Attributes): Promise<void> {
  for await (const { name, kept } of keptCredentials(context, request)) {
    if (isRejected(kept, request)) await deleteCredential(context, name);
  }
}
