import { createForeignEntries } from '../adapters/pass/entries.ts';
import { SecretServiceItems } from '../adapters/secret-service/foreign-items.ts';
import type { Context } from '../app/context.ts';
import { CredentialError } from '../domain/credential-error.ts';
import { isSecretVariable } from '../domain/profile.ts';
import type { Interaction } from '../ports/interaction.ts';
import type { ForeignEntries, ForeignItems } from '../ports/transfer.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Opens what an import reads: the items of the Secret Service, which only Linux has, and the entries of pass(1). */
export function openForeignCredentials(
  { profile, settings, terminal }: Context,
  environment: Environment,
): { items(): ForeignItems; entries(): ForeignEntries } {
  const interaction: Interaction = {
    get interactive() {
      return settings.interactive;
    },
    notifyWaiting: (store) =>
      terminal.warn(`waiting for the ${store}: answer its dialog, or press Ctrl-C`, undefined, 'waiting'),
  };
  return {
    items() {
      if (process.platform === 'linux') return new SecretServiceItems({ environment, interaction });
      throw new CredentialError('not-installed', 'only Linux has a Secret Service', {
        hint: 'on macOS and Windows, keystow reads what other programs store under the same service and account',
      });
    },
    entries() {
      const allowed = Object.entries(environment).filter(([name]) => !isSecretVariable(name, profile));
      return createForeignEntries({ environment: Object.fromEntries(allowed), interaction });
    },
  };
}
