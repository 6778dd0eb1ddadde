import * as calls from '../../src/adapters/secret-service/calls.ts';
import * as changes from '../../src/adapters/secret-service/calls.ts';
import * as busCalls from '../../src/adapters/secret-service/dbus/bus-calls.ts';
import type { Connection } from '../../src/adapters/secret-service/dbus/connection.ts';
import type { Call } from '../../src/adapters/secret-service/dbus/header.ts';

type Reply = Pick<Call<unknown>, 'replySignature' | 'read'>;

/** How the client reads the reply of each of its calls: what its functions hand to a connection. */
export const replies: readonly Reply[] = captureReplies();

function captureReplies(): readonly Reply[] {
  const captured: Reply[] = [];
  const bus = {
    call(call: Reply) {
      captured.push(call);
      return new Promise(() => undefined);
    },
  } as unknown as Connection;
  const peer = { bus, owner: ':1.1' };
  const item = { label: '', attributes: {}, bytes: new Uint8Array(), replaces: false };
  void calls.openSession(peer);
  void calls.askDefaultAlias(peer);
  void calls.searchItems(peer, {});
  void calls.getSecret(peer, '/', '/');
  void calls.unlock(peer, []);
  void calls.readAttributes(peer, '/');
  void calls.readModified(peer, '/');
  void calls.readLabel(peer, '/');
  void calls.isCollectionLocked(peer, '/');
  void changes.createItem(peer, '/', '/', item);
  void changes.deleteItem(peer, '/');
  void changes.readItems(peer, '/');
  void busCalls.getProcessId(bus, '');
  void busCalls.listNames(bus);
  return captured;
}
