import { parseBusAddress } from '../../../src/adapters/secret-service/dbus/address.ts';
import { contract } from '../../contract/credential-store.contract.ts';
import { providerHarness } from '../../secret-service/harness.ts';
import type { SessionBus } from '../../support/session-bus.ts';

const [socket = ''] = parseBusAddress(process.env);

/** The session bus that's already running; the test doesn't stop it. */
const bus: SessionBus = { address: '', socket, environment: {}, freeze: () => undefined, stop: async () => undefined };

contract(providerHarness('secret-service', undefined, async () => ({ ...bus, bus, environment: process.env })));
