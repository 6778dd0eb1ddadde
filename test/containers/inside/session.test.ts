import { busSockets } from '../../../src/adapters/secret-service/address.ts';
import { contract } from '../../contract/credential-store.contract.ts';
import { fingerprint } from '../../secret-service/every-item.ts';
import { storeOn } from '../../secret-service/stores.ts';
import type { SessionBus } from '../../support/session-bus.ts';

const [socket = ''] = busSockets(process.env);

/** The bus of the session that this runs in, which is nobody's to stop. */
const bus: SessionBus = { address: '', socket, environment: {}, freeze: () => undefined, stop: async () => undefined };

contract({
  name: 'secret-service',
  open: async () => storeOn(process.env),
  probe: async () => storeOn(process.env),
  contents: () => fingerprint(bus),
});
