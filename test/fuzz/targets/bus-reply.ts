import { ProtocolError, Reader } from '../../../src/adapters/secret-service/dbus/reader.ts';
import { replies } from '../bus-replies.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

const isDeclared = (error: unknown) => error instanceof ProtocolError;

/** The body of a reply. The first of the 8 bytes before it chooses the call, and the second the byte order. */
export const busReply: FuzzTarget = {
  name: 'bus-reply',
  check(input) {
    const [call = 0, order = 0] = input;
    const reply = replies[call % replies.length];
    const body = new Reader(input.subarray(8), order % 2 === 0);
    tryParse(() => {
      reply?.read(body, ':1.1');
      body.finish();
    }, isDeclared);
  },
};
