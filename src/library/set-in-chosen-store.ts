import type { Context } from '../app/context.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import type { Secret } from '../domain/secret.ts';
import type { Selected } from '../domain/selection/selection.ts';
import type { Stored } from './credential-store.ts';

/** Keeps a secret; `context` is that of the one operation. */
type SetInStore = (context: Context, name: CredentialName, secret: Secret) => Promise<Stored>;

/** Keeps secrets in the store that the first of them had chosen, until that one fails: then the next chooses anew. */
export function setInChosenStore(lasting: Context): SetInStore {
  let chosen: Promise<Selected> | undefined;
  return async (context, name, secret) => {
    const [{ selectStore }, { setCredential }, { explainSkipped }] = await Promise.all([
      import('../app/select-store.ts'),
      import('../app/set-credential.ts'),
      import('../app/selection-report.ts'),
    ]);
    // Others wait for the same choice: the signal of whoever came first does not call it off.
    chosen ??= selectStore(lasting);
    const choice = chosen;
    try {
      const { store, skipped, stale } = await setCredential(context, name, secret, await choice);
      return { store, skipped: explainSkipped(skipped, context.host), stale };
    } catch (error) {
      if (chosen === choice) chosen = undefined;
      throw error;
    }
  };
}
