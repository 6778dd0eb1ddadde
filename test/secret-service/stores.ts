import type { SessionEnvironment } from '../../src/adapters/secret-service/dbus/address.ts';
import {
  createSecretService,
  type SecretService,
  type SecretServiceOptions,
} from '../../src/adapters/secret-service/secret-service.ts';
import type { Interaction } from '../../src/ports/interaction.ts';

const nonInteractive: Interaction = { interactive: false, notifyWaiting: () => undefined };

/** The service of every sentinel that a test writes. */
export const sentinelService = 'keystow-tests';

/** A store with nobody there, unless `options` says otherwise. */
export function storeOn(environment: SessionEnvironment, options: Partial<SecretServiceOptions> = {}): SecretService {
  return createSecretService({ environment, sentinelService, interaction: nonInteractive, ...options });
}
