import fc from 'fast-check';
import { expect, test } from 'vitest';
import { messageTypes } from '../../src/adapters/secret-service/dbus/header.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { encode } from '../faults/dbus-codec.ts';
import { startFakeBus } from '../faults/fake-bus.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { storeOn } from './stores.ts';
import { typed } from './values.ts';

const greeting = Buffer.from(`OK ${'0'.repeat(32)}\r\n`);
const name = { service: 'demo', account: 'alice' };

/** A message of any type that replies to one of the first calls, or to a call that was never made. */
const message = fc
  .record({ type: fc.nat(5), serial: fc.integer({ min: 1, max: 99 }), replyTo: fc.nat(9), typed, error: fc.boolean() })
  .map(({ type, serial, replyTo, typed: { signature, value }, error }) =>
    encode(type, 0, serial, { replyTo, signature, ...(error && { errorName: 'org.example.Error' }) }, [value]),
  );

/** Bytes that a hostile bus sends: random bytes, or D-Bus messages that are truncated, altered or unexpected. */
const sentBytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.concat([greeting, bytes])),
  fc.array(message, { maxLength: 8 }).map((messages) => Buffer.concat([greeting, ...messages])),
  fc
    .tuple(
      fc.array(message, { minLength: 1, maxLength: 8 }),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }),
    )
    .map(([messages, changes]) => {
      const bytes = Buffer.concat([greeting, ...messages]);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      return bytes;
    }),
);

test('[SS8] an operation rejects promptly whatever a bus sends, in chunks of any size', async () => {
  let sent = Buffer.alloc(0);
  let chunks = 1;
  let hangsUp = false;
  const bus = await startFakeBus((client) => {
    const size = Math.ceil(sent.length / chunks);
    for (let at = 0; at < sent.length; at += size) client.write(sent.subarray(at, at + size));
    if (hangsUp) client.end();
  });
  const property = fc.asyncProperty(
    sentBytes,
    fc.integer({ min: 1, max: 40 }),
    fc.boolean(),
    async (bytes, count, end) => {
      [sent, chunks, hangsUp] = [bytes, count, end];
      const error = await storeOn(bus.environment, { timeoutMs: 30 })
        .get(name)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CredentialError);
      expect((error as CredentialError).message).not.toMatch(/[\p{Cc}]/u);
    },
  );
  await fc.assert(property, { numRuns: fastOrSlow(60, 400) }).finally(() => bus.stop());
});

test('a bus that sends signals forever but no reply is timed out', async () => {
  const signal = encode(messageTypes.signal, 0, 1, { path: '/', interface: 'a.b', member: 'C', signature: 's' }, [
    'x'.repeat(30_000),
  ]);
  const bus = await startFakeBus((client) => {
    client.write(greeting);
    const sendForever = () => {
      while (!client.destroyed && client.write(signal));
      if (!client.destroyed) client.once('drain', sendForever);
    };
    sendForever();
  });
  await expect(storeOn(bus.environment, { timeoutMs: 300 }).get(name)).rejects.toMatchObject({ code: 'timed-out' });
  await bus.stop();
});

test('a message whose header announces too many bytes is rejected', async () => {
  const header = encode(messageTypes.reply, 0, 1, {}, []);
  header.writeUInt32LE(0x7fff_ffff, 4);
  const bus = await startFakeBus((client) => client.write(Buffer.concat([greeting, header])));
  await expect(storeOn(bus.environment).get(name)).rejects.toMatchObject({
    code: 'failed',
    evidence: { text: expect.stringContaining('larger than is accepted') },
  });
  await bus.stop();
});
