import { ok } from 'node:assert/strict';
import {
  fixedHeaderBytes,
  maxMessageBytes,
  readExtent,
  readHeader,
} from '../../../src/adapters/secret-service/dbus/header.ts';
import { ProtocolError, Reader } from '../../../src/adapters/secret-service/dbus/reader.ts';
import { replies } from '../bus-replies.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

const isDeclared = (error: unknown) => error instanceof ProtocolError;

/** A D-Bus message: its header, and its body as the reply of every call that expects its signature. */
export const busMessage: FuzzTarget = {
  name: 'bus-message',
  check(input) {
    if (input.length < fixedHeaderBytes) return;
    const extent = tryParse(() => readExtent(input), isDeclared);
    if (extent === undefined) return;
    ok(extent.end <= maxMessageBytes && extent.bodyStart <= extent.end);
    if (extent.end > input.length) return;
    const bytes = input.subarray(0, extent.end);
    const header = tryParse(() => readHeader(bytes, extent), isDeclared);
    if (header === undefined) return;
    for (const { replySignature, read } of replies.filter((reply) => reply.replySignature === header.signature)) {
      const body = new Reader(bytes.subarray(extent.bodyStart), extent.isLittleEndian);
      tryParse(() => read(body, header.sender), isDeclared);
      ok(replySignature === header.signature);
    }
  },
};
