import fc from 'fast-check';
import type { Value } from '../faults/dbus-codec.ts';

/** A signature and a value of it, one complete type at most `depth` deep. */
export interface Typed {
  readonly signature: string;
  readonly value: Value;
}

export const text = fc.string({ unit: 'grapheme', maxLength: 20 });

const basic: fc.Arbitrary<Typed> = fc.oneof(
  fc.record({ signature: fc.constant('y'), value: fc.nat(255) }),
  fc.record({ signature: fc.constant('b'), value: fc.boolean() }),
  fc.record({ signature: fc.constant('u'), value: fc.nat(0xffff_ffff) }),
  fc.record({ signature: fc.constant('t'), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ signature: fc.constantFrom('s', 'o'), value: text }),
  fc.record({ signature: fc.constant('g'), value: fc.constantFrom('', 's', 'a{sv}', '(oayays)') }),
  fc.record({ signature: fc.constant('ay'), value: fc.uint8Array({ maxLength: 20 }) }),
);

/** Any type: an array's elements are one value repeated, so that they are of one type. */
export const typed: fc.Arbitrary<Typed> = fc.letrec<{ any: Typed }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    basic,
    tie('any').map(({ signature, value }) => ({ signature: 'v', value: [signature, value] })),
    fc
      .tuple(tie('any'), fc.nat(3))
      .filter(([{ signature }]) => signature !== 'y')
      .map(([{ signature, value }, length]) => ({ signature: `a${signature}`, value: Array(length).fill(value) })),
    fc.array(tie('any'), { minLength: 1, maxLength: 4 }).map((members) => ({
      signature: `(${members.map(({ signature }) => signature).join('')})`,
      value: members.map(({ value }) => value),
    })),
    fc
      .tuple(text, tie('any'))
      .map(([key, { signature, value }]) => ({ signature: `a{s${signature}}`, value: [[key, value]] })),
  ),
})).any;
