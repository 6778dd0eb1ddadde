import { ok } from 'node:assert/strict';
import { parseBusAddress } from '../../../src/adapters/secret-service/dbus/address.ts';
import type { FuzzTarget } from '../target.ts';

/** The variable `DBUS_SESSION_BUS_ADDRESS`. */
export const busAddress: FuzzTarget = {
  name: 'bus-address',
  check(input) {
    const environment = { DBUS_SESSION_BUS_ADDRESS: input.toString(), XDG_RUNTIME_DIR: '/run/user/1000' };
    for (const socket of parseBusAddress(environment)) ok(socket.length > 0);
  },
};
