import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareNames } from '../../src/domain/credential-name.ts';
import { parsePlacement, serialisePlacement } from '../../src/domain/placement/placement-codec.ts';
import {
  findEntry,
  isSameRevision,
  type PlacementEntry,
  type PlacementIndex,
  recordMove,
  recordRemoval,
  recordWrite,
  removeEntry,
  sortNewestFirst,
} from '../../src/domain/placement/placement-index.ts';
import type { StoreId } from '../../src/domain/store-id.ts';

const stores: readonly StoreId[] = ['keychain', 'credential-manager', 'secret-service', 'file'];
const at = '2026-11-03T09:00:00.000Z';
const later = '2026-11-04T09:00:00.000Z';
const alice = { service: 'example.com', account: 'alice' };
const bob = { service: 'example.com', account: 'bob' };

const part = fc.constantFrom('a', 'b', '__proto__', 'é', 'a b');
const name = fc.record({ service: part, account: part });
const store = fc.constantFrom(...stores);
type Step = (placement: PlacementIndex) => PlacementIndex;
const step: fc.Arbitrary<Step> = fc
  .tuple(fc.constantFrom('placed', 'removed', 'forgotten'), name, store)
  .map(([verb, whose, where]) => (before: PlacementIndex) => {
    if (verb === 'placed') return recordWrite(before, whose, where, at);
    return verb === 'removed' ? recordRemoval(before, whose, where) : removeEntry(before, whose);
  });
const placements = fc
  .array(step, { maxLength: 30 })
  .map((steps) => steps.reduce<PlacementIndex>((now, next) => next(now), []));

describe('a placement', () => {
  test('remembers where a credential was written last, and when', () => {
    expect(findEntry(recordWrite([], alice, 'file', at), alice)).toEqual({
      ...alice,
      store: 'file',
      writtenAt: at,
      stale: [],
    });
  });

  test('a write that lands elsewhere leaves the old store stale until the copy there is gone', () => {
    const moved = recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later);
    expect(findEntry(moved, alice)).toMatchObject({ store: 'keychain', writtenAt: later, stale: ['file'] });
    expect(findEntry(recordRemoval(moved, alice, 'file'), alice)?.stale).toEqual([]);
  });

  test('a write that comes back leaves its own store no longer stale', () => {
    const back = ['file', 'keychain', 'file'] as const;
    const placement = back.reduce<PlacementIndex>((now, id) => recordWrite(now, alice, id, at), []);
    expect(findEntry(placement, alice)).toMatchObject({ store: 'file', stale: ['keychain'] });
  });

  test('a credential removed from its last store is forgotten', () => {
    expect(recordRemoval(recordWrite([], alice, 'file', at), alice, 'file')).toEqual([]);
  });

  test('a credential removed while a stale copy remains is never sought where that copy is', () => {
    const moved = recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later);
    expect(findEntry(recordRemoval(moved, alice, 'keychain'), alice)).toMatchObject({
      store: 'keychain',
      stale: ['file'],
    });
  });

  test('a stale copy that is removed leaves the other ones known', () => {
    const moves = ['file', 'secret-service', 'keychain'] as const;
    const placement = moves.reduce<PlacementIndex>((now, id) => recordWrite(now, alice, id, at), []);
    expect(findEntry(recordRemoval(placement, alice, 'file'), alice)).toMatchObject({
      store: 'keychain',
      stale: ['secret-service'],
    });
  });

  test('removing what is not known changes nothing', () => {
    const placement = recordWrite([], alice, 'file', at);
    expect(recordRemoval(placement, bob, 'file')).toBe(placement);
  });

  test('a credential that is written or forgotten leaves the others remembered', () => {
    const both = recordWrite(recordWrite([], alice, 'file', at), bob, 'keychain', at);
    expect(both).toMatchObject([alice, bob]);
    expect(removeEntry(both, alice)).toMatchObject([bob]);
    expect(removeEntry(both, bob)).toMatchObject([alice]);
  });

  test('what was not written by its user has the time at which it came to its store', () => {
    const written = recordWrite([], alice, 'file', at);
    expect(recordMove(written, alice, { store: 'file', stale: ['keychain'] }, later)).toEqual([
      { ...alice, store: 'file', writtenAt: at, stale: ['keychain'] },
    ]);
    expect(recordMove(written, alice, { store: 'keychain', stale: ['file'] }, later)).toEqual([
      { ...alice, store: 'keychain', writtenAt: later, stale: ['file'] },
    ]);
    expect(recordMove(written, bob, { store: 'keychain', stale: [] }, later)).toContainEqual({
      ...bob,
      store: 'keychain',
      writtenAt: later,
      stale: [],
    });
  });

  test('two looks saw the same writing where store and time are the same', () => {
    const [written] = recordWrite([], alice, 'file', at) as [PlacementEntry];
    expect(isSameRevision(written, { ...written, stale: ['keychain'] })).toBe(true);
    expect(isSameRevision(written, { ...written, store: 'keychain' })).toBe(false);
    expect(isSameRevision(written, { ...written, writtenAt: later })).toBe(false);
    expect(isSameRevision(written, undefined)).toBe(false);
    expect(isSameRevision(undefined, written)).toBe(false);
    expect(isSameRevision(undefined, undefined)).toBe(true);
  });

  test('what was written last comes first, and what nobody knows the time of last; the rest stays in order', () => {
    const unknown: { id: string; writtenAt?: string }[] = [{ id: 'x' }, { id: 'y' }];
    const known = [
      { id: 'a', writtenAt: at },
      { id: 'b', writtenAt: later },
      { id: 'c', writtenAt: at },
      { id: 'd', writtenAt: later },
    ];
    const given = [...unknown, ...known];
    expect(sortNewestFirst(given).map(({ id }) => id)).toEqual(['b', 'd', 'a', 'c', 'x', 'y']);
    expect(given).toEqual([...unknown, ...known]);
  });

  test('law: each name is there once, sorted, and never stale where it is kept', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        for (const [index, record] of placement.entries()) {
          const next = placement[index + 1];
          if (next) expect(compareNames(record, next)).toBeLessThan(0);
          expect(new Set([record.store, ...record.stale]).size).toBe(record.stale.length + 1);
        }
      }),
    );
  });

  test('law: what is done to one credential changes no other', () => {
    fc.assert(
      fc.property(placements, step, name, (placement, change, whose) => {
        const touched = change(placement);
        const before = findEntry(placement, whose);
        const after = findEntry(touched, whose);
        const changed = placement.filter((record) => !touched.includes(record)).length;
        expect(changed).toBeLessThanOrEqual(1);
        if (before !== undefined && changed === 0) expect(after).toEqual(before);
      }),
    );
  });
});

describe('the text of a placement', () => {
  const text = serialisePlacement(recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later));
  const kind = (changed: string) => {
    const parsed = parsePlacement(changed);
    return parsed.kind === 'damaged' ? parsed.why : parsed.kind;
  };

  test('law: what is serialised parses to itself', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        expect(parsePlacement(serialisePlacement(placement))).toEqual({ kind: 'placement', placement });
      }),
    );
  });

  test('law: any text at all is judged without throwing', () => {
    const edits = fc.tuple(placements, fc.nat(), fc.nat(5), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(edits, ([placement, position, cut, insert]) => {
        const original = serialisePlacement(placement);
        const start = position % original.length;
        const parsed = parsePlacement(original.slice(0, start) + insert + original.slice(start + cut));
        if (parsed.kind === 'placement') {
          expect(parsePlacement(serialisePlacement(parsed.placement))).toEqual(parsed);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['', 'is cut short or is not JSON'],
    [text.slice(0, -9), 'is cut short or is not JSON'],
    [text.replace('"version": 1', '"version": 0'), 'has no version'],
    [text.replace(/"version": 1,/, ''), 'has no version'],
    [text.replace('"keychain"', '"keyutils"'), 'holds a record that keystow did not write'],
    [text.replace('"keychain"', '"toString"'), 'holds a record that keystow did not write'],
    [text.replace('"keychain"', '"file"'), 'holds a record that keystow did not write'],
    [text.replace(later, '4 November'), 'holds a record that keystow did not write'],
    [text.replace(later, '2026-13-04T09:00:00.000Z'), 'holds a record that keystow did not write'],
    [text.replace(later, '2026-03-04T24:00:00.000Z'), 'holds a record that keystow did not write'],
    [text.replace(later, '2026-02-30T09:00:00.000Z'), 'holds a record that keystow did not write'],
    [text.replace(later, '2026-11-04 09:00:00.000Z'), 'holds a record that keystow did not write'],
    [text.replace(later, '2026-11-04T09:00:00.00+01'), 'holds a record that keystow did not write'],
    [text.replace(later, `+01${later}`), 'holds a record that keystow did not write'],
    [text.replace(later, '+012026-04-04T09:00:00.000Z'), 'holds a record that keystow did not write'],
    [text.replace(later, `${later} `), 'holds a record that keystow did not write'],
    [text.replace(`"${later}"`, '7'), 'holds a record that keystow did not write'],
    [text.replace('"example.com"', '7'), 'holds a record that keystow did not write'],
    [text.replace('"keychain"', '7'), 'holds a record that keystow did not write'],
    [text.replace('"keychain"', '["keychain"]'), 'holds a record that keystow did not write'],
    [text.replace(/\[\s+"file"\s+\]/, '"file"'), 'holds a record that keystow did not write'],
    [text.replace(/\[\s+"file"\s+\]/, '["file", "cloud"]'), 'holds a record that keystow did not write'],
    [text.replace(/\[\s+"file"\s+\]/, '["file", "file"]'), 'holds a record that keystow did not write'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": [null]'), 'holds a record that keystow did not write'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": [7]'), 'holds a record that keystow did not write'],
    [text.replace('"version": 1', '"version": 1.5'), 'has no version'],
    [text.replace('"alice"', '""'), 'holds a record that keystow did not write'],
    [text.replace('"alice"', '7'), 'holds a record that keystow did not write'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": {}'), 'holds a record that keystow did not write'],
    [text.replace(/(\{\s+"service"[^}]*\})/, '$1,$1'), 'names a credential twice'],
  ])('%j: it %s', (changed, why) => expect(kind(changed)).toBe(why));

  test('in another order is read all the same', () => {
    const both = recordWrite(recordWrite([], alice, 'file', at), bob, 'file', at);
    expect(parsePlacement(serialisePlacement(both.toReversed()))).toEqual({ kind: 'placement', placement: both });
  });

  test.each(['[]', '{}', 'null', '7', '"text"', '{"format":"other","version":1}'])('%s is foreign', (other) =>
    expect(kind(other)).toBe('foreign'),
  );

  test('a later version is named, whatever else it holds', () => {
    const parsed = parsePlacement('{"format":"keystow-placement","version":3,"credentials":"elsewhere"}');
    expect(parsed).toEqual({ kind: 'later-version', version: 3 });
  });
});
