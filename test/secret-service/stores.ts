import type { SessionEnvironment } from '../../src/adapters/secret-service/dbus/address.ts';
import {
  createSecretService,
  type SecretService,
  type SecretServiceOptions,
} from '../../src/adapters/secret-service/secret-service.ts';
import type { Interaction } from '../../src/ports/interaction.ts';

const nonInteractive: Interaction = { interactive: false, notifyWaiting: () => undefined };

/** The service of the sentinels that probes write in tests. */
export const sentinelService = 'keystow-tests';

/** Long enough for a busy machine. */
export const limitMs = 60_000;

/** Opens a store that is non-interactive unless `options` changes that. */
export function storeOn(environment: SessionEnvironment, options: Partial<SecretServiceOptions> = {}): SecretService {
  return createSecretService({
    environment,
    sentinelService,
    interaction: nonInteractive,
    timeoutMs: limitMs,
    ...options,
  });
}
