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

/** An answer to any of the first calls, of any type, sometimes to none of them. */
const message = fc
  .record({ type: fc.nat(5), serial: fc.integer({ min: 1, max: 99 }), replyTo: fc.nat(9), typed, error: fc.boolean() })
  .map(({ type, serial, replyTo, typed: { signature, value }, error }) =>
    encode(type, 0, serial, { replyTo, signature, ...(error && { errorName: 'org.example.Error' }) }, [value]),
  );

/** What a bus might say: nothing like D-Bus, or D-Bus that is cut, changed, or means something else. */
const speech = fc.oneof(
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

test('[SS8] whatever a bus says, in whatever pieces, an operation rejects, and soon', async () => {
  let said = Buffer.alloc(0);
  let pieces = 1;
  let hangsUp = false;
  const bus = await startFakeBus((client) => {
    const size = Math.ceil(said.length / pieces);
    for (let at = 0; at < said.length; at += size) client.write(said.subarray(at, at + size));
    if (hangsUp) client.end();
  });
  const property = fc.asyncProperty(
    speech,
    fc.integer({ min: 1, max: 40 }),
    fc.boolean(),
    async (words, parts, end) => {
      [said, pieces, hangsUp] = [words, parts, end];
      const error = await storeOn(bus.environment, { timeoutMs: 30 })
        .get(name)
        .catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(CredentialError);
      expect((error as CredentialError).message).not.toMatch(/[\p{Cc}]/u);
    },
  );
  await fc.assert(property, { numRuns: fastOrSlow(60, 400) }).finally(() => bus.stop());
});

test('a bus that talks without end and says nothing is timed out', async () => {
  const signal = encode(messageTypes.signal, 0, 1, { path: '/', interface: 'a.b', member: 'C', signature: 's' }, [
    'x'.repeat(30_000),
  ]);
  const bus = await startFakeBus((client) => {
    client.write(greeting);
    const talk = () => {
      while (!client.destroyed && client.write(signal));
      if (!client.destroyed) client.once('drain', talk);
    };
    talk();
  });
  await expect(storeOn(bus.environment, { timeoutMs: 300 }).get(name)).rejects.toMatchObject({ code: 'timed-out' });
  await bus.stop();
});

test('a message that never ends is refused by its head', async () => {
  const head = encode(messageTypes.reply, 0, 1, {}, []);
  head.writeUInt32LE(0x7fff_ffff, 4);
  const bus = await startFakeBus((client) => client.write(Buffer.concat([greeting, head])));
  await expect(storeOn(bus.environment).get(name)).rejects.toMatchObject({
    code: 'failed',
    message: expect.stringContaining('larger than is accepted'),
  });
  await bus.stop();
});
