import type { CredentialName } from '../../domain/credential-name.ts';
import type { AttributeSchema } from '../../domain/profile.ts';
import type { SessionEnvironment } from './dbus/address.ts';
import { createSecretService } from './secret-service.ts';

export async function getAtOnce(
  environment: SessionEnvironment,
  name: CredentialName,
  attributeSchema: AttributeSchema,
): Promise<Uint8Array | undefined> {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  const options = { environment, sentinelService: '', interaction, attributeSchema, timeoutMs: 700 };
  return (await createSecretService(options).get(name))?.expose();
}
