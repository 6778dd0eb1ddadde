import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readRequests } from '../../src/app/protocols/requests.ts';
import type { Framing, Protocol } from '../../src/domain/protocols/protocol.ts';

const framings: readonly Framing[] = ['all', 'paragraph', 'lines'];

async function read(framing: Framing, chunks: readonly Uint8Array[], maxRequestBytes: number) {
  const protocol = { maxRequestBytes, framing: () => framing } as unknown as Protocol;
  const requests: unknown[] = [];
  const process = {
    args: [],
    isTerminal: false,
    readStdin: async function* () {
      yield* chunks;
    },
  };
  for await (const request of readRequests(protocol, process)) requests.push(request);
  return requests;
}

test('requests are the same however stdin is divided', async () => {
  const bytes = fc.array(fc.constantFrom(...Buffer.from('a\n')), { maxLength: 30 }).map((list) => Buffer.from(list));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...framings),
      bytes,
      fc.array(fc.nat(30), { maxLength: 5 }),
      fc.integer({ min: 1, max: 31 }),
      async (framing, text, cuts, limit) => {
        const ends = [...cuts.filter((cut) => cut <= text.length).sort((a, b) => a - b), text.length];
        const chunks = ends.map((end, index) => text.subarray(ends[index - 1] ?? 0, end));
        const whole = await read(
          framing,
          [...text].map((byte) => Buffer.of(byte)),
          limit,
        );
        const divided = await read(framing, chunks, limit);
        // What follows a blank line isn't part of the request, but may have come with it.
        if (framing !== 'paragraph') expect(divided).toEqual(whole);
        else if (typeof divided[0] === 'string') expect(divided[0]).toContain(whole[0]);
      },
    ),
  );
});

test.each([
  ['paragraph', ['a=b\n', '\nrest'], 'a=b\n\nrest'],
  ['paragraph', ['a=b', '\n\n', 'rest'], 'a=b\n\n'],
  ['paragraph', ['\n', 'rest'], '\n'],
  ['lines', ['a', 'b\n', 'c'], 'ab'],
] as const)('%s: %j', async (framing, chunks, first) => {
  expect(
    (
      await read(
        framing,
        chunks.map((chunk) => Buffer.from(chunk)),
        100,
      )
    )[0],
  ).toBe(first);
});
