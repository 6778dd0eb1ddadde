import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareNames } from '../../src/domain/credential-name.ts';
import type { FileRecord } from '../../src/domain/envelope/file-record.ts';
import { parsePlacement, serialisePlacement } from '../../src/domain/placement/placement-codec.ts';
import {
  findEntry,
  forgetStore,
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
  .tuple(fc.constantFrom('write', 'removal', 'remove'), name, store)
  .map(([change, name, store]) => (before: PlacementIndex) => {
    if (change === 'write') return recordWrite(before, name, store, at, store === 'file' ? { expiresAt: later } : {});
    return change === 'removal' ? recordRemoval(before, name, store) : removeEntry(before, name);
  });
const placements = fc
  .array(step, { maxLength: 30 })
  .map((steps) => steps.reduce<PlacementIndex>((now, next) => next(now), []));

describe('the placement index', () => {
  test('records the store of the last write, and its time', () => {
    expect(findEntry(recordWrite([], alice, 'file', at), alice)).toEqual({
      ...alice,
      store: 'file',
      writtenAt: at,
      stale: [],
    });
  });

  test('a write to another store makes the old one stale until its copy is gone', () => {
    const moved = recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later);
    expect(findEntry(moved, alice)).toMatchObject({ store: 'keychain', writtenAt: later, stale: ['file'] });
    expect(findEntry(recordRemoval(moved, alice, 'file'), alice)?.stale).toEqual([]);
  });

  test('a write back to a stale store makes it current again', () => {
    const back = ['file', 'keychain', 'file'] as const;
    const placement = back.reduce<PlacementIndex>((now, id) => recordWrite(now, alice, id, at), []);
    expect(findEntry(placement, alice)).toMatchObject({ store: 'file', stale: ['keychain'] });
  });

  test('the entry is removed with the last copy', () => {
    expect(recordRemoval(recordWrite([], alice, 'file', at), alice, 'file')).toEqual([]);
  });

  test('if a stale copy remains after a removal, the entry stays, so that no read uses that copy', () => {
    const moved = recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later);
    expect(findEntry(recordRemoval(moved, alice, 'keychain'), alice)).toMatchObject({
      store: 'keychain',
      stale: ['file'],
    });
  });

  test('the removal of one stale copy leaves the others recorded', () => {
    const moves = ['file', 'secret-service', 'keychain'] as const;
    const placement = moves.reduce<PlacementIndex>((now, id) => recordWrite(now, alice, id, at), []);
    expect(findEntry(recordRemoval(placement, alice, 'file'), alice)).toMatchObject({
      store: 'keychain',
      stale: ['secret-service'],
    });
  });

  test('the removal of an unknown credential changes nothing', () => {
    const placement = recordWrite([], alice, 'file', at);
    expect(recordRemoval(placement, bob, 'file')).toBe(placement);
  });

  test('a write or a removal leaves other credentials recorded', () => {
    const both = recordWrite(recordWrite([], alice, 'file', at), bob, 'keychain', at);
    expect(both).toMatchObject([alice, bob]);
    expect(removeEntry(both, alice)).toMatchObject([bob]);
    expect(removeEntry(both, bob)).toMatchObject([alice]);
  });

  test('a move to another store updates the time, a move to the same store does not', () => {
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

  test('two snapshots are of the same revision if store and time are equal', () => {
    const [written] = recordWrite([], alice, 'file', at) as [PlacementEntry];
    expect(isSameRevision(written, { ...written, stale: ['keychain'] })).toBe(true);
    expect(isSameRevision(written, { ...written, store: 'keychain' })).toBe(false);
    expect(isSameRevision(written, { ...written, writtenAt: later })).toBe(false);
    expect(isSameRevision(written, undefined)).toBe(false);
    expect(isSameRevision(undefined, written)).toBe(false);
    expect(isSameRevision(undefined, undefined)).toBe(true);
  });

  test('sorting puts the newest first and unknown times last, and is stable', () => {
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

  test('law: names are sorted and unique, and the current store is never stale', () => {
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

  test('law: a change to one credential changes no other', () => {
    fc.assert(
      fc.property(placements, step, name, (placement, change, name) => {
        const changedIndex = change(placement);
        const before = findEntry(placement, name);
        const after = findEntry(changedIndex, name);
        const changed = placement.filter((record) => !changedIndex.includes(record)).length;
        expect(changed).toBeLessThanOrEqual(1);
        if (before !== undefined && changed === 0) expect(after).toEqual(before);
      }),
    );
  });
});

describe('the expiry of a credential', () => {
  const expiring = recordWrite([], alice, 'file', at, { expiresAt: later });

  test('is recorded with a write, and dropped by the next one without it', () => {
    expect(findEntry(expiring, alice)).toMatchObject({ expiresAt: later });
    expect(findEntry(recordWrite(expiring, alice, 'file', later), alice)).not.toHaveProperty('expiresAt');
  });

  test('moves with the credential, and stays when a stale copy is removed', () => {
    const moved = recordMove(expiring, alice, { store: 'keychain', stale: ['file'] }, later);
    expect(findEntry(moved, alice)).toMatchObject({ store: 'keychain', expiresAt: later });
    expect(findEntry(recordRemoval(moved, alice, 'file'), alice)).toMatchObject({ stale: [], expiresAt: later });
  });

  test('is at the end of the line, where version 0.1 ignores it', () => {
    const [, line] = serialisePlacement(expiring).split('\n');
    const { expiresAt, ...entry } = findEntry(expiring, alice) ?? {};
    expect(line).toBe(`${JSON.stringify(entry).slice(0, -1)},"expiresAt":"${expiresAt}"}`);
  });

  test.each([7, null, '', '2026-02-30T09:00:00.000Z', '2026-11-04'])('%j is invalid', (expiresAt) => {
    const changed = serialisePlacement(expiring).replace(
      `"expiresAt":"${later}"`,
      `"expiresAt":${JSON.stringify(expiresAt)}`,
    );
    expect(parsePlacement(changed)).toEqual({ kind: 'damaged', why: 'has an invalid entry' });
  });
});

describe('the placement file', () => {
  // Version 0.1 wrote JSON with indentation.
  const written = serialisePlacement(recordWrite(recordWrite([], alice, 'file', at), alice, 'keychain', later));
  const text = `${JSON.stringify(JSON.parse(written), undefined, 2)}\n`;
  const kind = (changed: string) => {
    const parsed = parsePlacement(changed);
    return parsed.kind === 'damaged' ? parsed.why : parsed.kind;
  };

  test('law: serialising and parsing returns the same index', () => {
    fc.assert(
      fc.property(placements, (placement) => {
        expect(parsePlacement(serialisePlacement(placement))).toEqual({ kind: 'placement', placement });
      }),
    );
  });

  test('law: no text makes the parser throw', () => {
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
    ['', 'is truncated or not JSON'],
    [text.slice(0, -9), 'is truncated or not JSON'],
    [text.replace('"version": 1', '"version": 0'), 'has no valid version'],
    [text.replace(/"version": 1,/, ''), 'has no valid version'],
    [text.replace('"keychain"', '"keyutils"'), 'has an invalid entry'],
    [text.replace('"keychain"', '"toString"'), 'has an invalid entry'],
    [text.replace('"keychain"', '"file"'), 'has an invalid entry'],
    [text.replace(later, '4 November'), 'has an invalid entry'],
    [text.replace(later, '2026-13-04T09:00:00.000Z'), 'has an invalid entry'],
    [text.replace(later, '2026-03-04T24:00:00.000Z'), 'has an invalid entry'],
    [text.replace(later, '2026-02-30T09:00:00.000Z'), 'has an invalid entry'],
    [text.replace(later, '2026-11-04 09:00:00.000Z'), 'has an invalid entry'],
    [text.replace(later, '2026-11-04T09:00:00.00+01'), 'has an invalid entry'],
    [text.replace(later, `+01${later}`), 'has an invalid entry'],
    [text.replace(later, '+012026-04-04T09:00:00.000Z'), 'has an invalid entry'],
    [text.replace(later, `${later} `), 'has an invalid entry'],
    [text.replace(`"${later}"`, '7'), 'has an invalid entry'],
    [text.replace('"example.com"', '7'), 'has an invalid entry'],
    [text.replace('"keychain"', '7'), 'has an invalid entry'],
    [text.replace('"keychain"', '["keychain"]'), 'has an invalid entry'],
    [text.replace(/\[\s+"file"\s+\]/, '"file"'), 'has an invalid entry'],
    [text.replace(/\[\s+"file"\s+\]/, '["file", "cloud"]'), 'has an invalid entry'],
    [text.replace(/\[\s+"file"\s+\]/, '["file", "file"]'), 'has an invalid entry'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": [null]'), 'has an invalid entry'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": [7]'), 'has an invalid entry'],
    [text.replace('"version": 1', '"version": 1.5'), 'has no valid version'],
    [text.replace('"example.com"', '""'), 'has an invalid entry'],
    [text.replace('"alice"', '7'), 'has an invalid entry'],
    [text.replace(/"credentials": \[[\s\S]*\]/, '"credentials": {}'), 'has an invalid entry'],
    [text.replace(/(\{\s+"service"[^}]*\})/, '$1,$1'), 'lists a credential twice'],
  ])('%j: it %s', (changed, why) => expect(kind(changed)).toBe(why));

  test('may be in another order', () => {
    const both = recordWrite(recordWrite([], alice, 'file', at), bob, 'file', at);
    expect(parsePlacement(serialisePlacement(both.toReversed()))).toEqual({ kind: 'placement', placement: both });
  });

  test('its text stays the same', () => {
    const record: FileRecord = { keySource: 'home', written: { id: 'AAAAAAAAAAAAAAAAAAAAAA==', counter: 7 } };
    expect(serialisePlacement(recordWrite([], alice, 'file', at), record)).toMatchInlineSnapshot(`
      "{"format":"keystow-placement","version":1,"file":{"keySource":"home","id":"AAAAAAAAAAAAAAAAAAAAAA==","counter":7,"check":1606689931},"credentials":[
      {"service":"example.com","account":"alice","store":"file","writtenAt":"2026-11-03T09:00:00.000Z","stale":[]}
      ],"check":644897188}
      "
    `);
  });

  describe('the record of the encrypted file', () => {
    const written = { id: 'AAAAAAAAAAAAAAAAAAAAAA==', counter: 7 };
    const serialised = serialisePlacement([], { keySource: 'home', written });
    const readRecord = (changed: string) => {
      const parsed = parsePlacement(changed);
      expect(parsed).toMatchObject({ kind: 'placement', placement: [] });
      return parsed.kind === 'placement' ? parsed.file : undefined;
    };

    test.each<FileRecord>([{ keySource: 'home' }, { keySource: 'passphrase' }, { keySource: 'passphrase', written }])(
      'is read as it was written: %j',
      (record) => expect(readRecord(serialisePlacement([], record))).toEqual(record),
    );

    test.each([
      ['its file', serialised.replace('AAAA==', 'AAAQ==')],
      ['its counter', serialised.replace('"counter":7', '"counter":8')],
      ['its last write', serialised.replace(/"id":.*?,"counter":7,/, '')],
      ['its checksum', serialised.replace(/("counter":7,"check":)/, '$11')],
    ])('is not used if %s was damaged, and the credentials are', (_, changed) => {
      expect(changed).not.toBe(serialised);
      expect(readRecord(changed)).toBeUndefined();
    });

    const strict = serialisePlacement([], { keySource: 'passphrase', written });
    test.each([
      ['its file', strict.replace('AAAA==', 'AAAQ==')],
      ['its checksum', strict.replace(/("counter":7,"check":)/, '$11')],
      ['its last write', strict.replace(/"id":.*?,"counter":7,/, '')],
    ])('still requires a passphrase if %s was damaged', (_, changed) => {
      expect(changed).not.toBe(strict);
      expect(readRecord(changed)).toEqual({ keySource: 'passphrase' });
    });

    test.each([
      [
        'is cut off after it',
        (text: string) => text.slice(0, text.indexOf('\n') + 5),
        { keySource: 'passphrase', written },
      ],
      [
        'has an invalid entry',
        (text: string) => text.replace('"stale"', '"stalf"'),
        { keySource: 'passphrase', written },
      ],
      ['is cut off in it', (text: string) => text.slice(0, text.indexOf('"id"')), { keySource: 'passphrase' }],
      ['is empty', () => '', undefined],
    ])('is found in a damaged text that %s', (_, damage, file) => {
      const text = serialisePlacement(recordWrite([], alice, 'file', at), { keySource: 'passphrase', written });
      expect(parsePlacement(damage(text))).toMatchObject({ kind: 'damaged', ...(file && { file }) });
    });

    test('is never taken from the name of a credential', () => {
      const name = { service: '"keySource":"passphrase"', account: '"file":{"keySource":"passphrase"}' };
      const text = serialisePlacement(recordWrite([], name, 'file', at));
      expect(parsePlacement(text.slice(0, -20))).not.toHaveProperty('file');
    });

    test('is not used without a valid key source, even with a correct checksum', () => {
      const invalid = { keySource: 'undefined' } as unknown as FileRecord;
      expect(readRecord(serialisePlacement([], invalid))).toBeUndefined();
    });

    test.each(['"id":"x"', '"id":"x","counter":0', '"id":"x","counter":1.5', '"id":7,"counter":7', '"counter":7'])(
      'has no last write if that is incomplete or invalid: %s',
      (fields) => {
        const changed = serialisePlacement([], { keySource: 'home' }).replace('"home"', `"home",${fields}`);
        expect(readRecord(changed)).toEqual({ keySource: 'home' });
      },
    );
  });

  test.each(['[]', '{}', 'null', '7', '"text"', '{"format":"other","version":1}'])('%s is foreign', (other) =>
    expect(kind(other)).toBe('foreign'),
  );

  test('a later version is recognised, whatever else the file contains', () => {
    const parsed = parsePlacement('{"format":"keystow-placement","version":3,"credentials":"elsewhere"}');
    expect(parsed).toEqual({ kind: 'later-version', version: 3 });
  });
});

describe('a store that has been emptied', () => {
  const withFile = recordWrite(recordWrite([], alice, 'file', at), bob, 'keychain', at);

  test('is forgotten, and other stores aren’t', () => {
    expect(forgetStore(withFile, 'file', withFile)).toEqual(recordWrite([], bob, 'keychain', at));
    expect(forgetStore(withFile, 'secret-service', withFile)).toEqual(withFile);
  });

  test('has no stale copy any more', () => {
    const moved = recordWrite(withFile, alice, 'keychain', later);
    expect(findEntry(forgetStore(moved, 'file', moved), alice)).toMatchObject({ store: 'keychain', stale: [] });
  });

  test('keeps its entry if an older copy may be left in another store, so that a read doesn’t use that', () => {
    const moved = recordWrite(withFile, bob, 'file', later);
    expect(findEntry(forgetStore(moved, 'file', moved), bob)).toMatchObject({ store: 'file', stale: ['keychain'] });
  });

  test('keeps later writes', () => {
    const since = recordWrite(withFile, alice, 'file', later);
    expect(forgetStore(since, 'file', withFile)).toEqual(since);
    expect(forgetStore(withFile, 'file', [])).toEqual(withFile);
  });
});
