import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import type { FileRecord } from '../../src/domain/envelope/file-record.ts';
import {
  findLine,
  formatTail,
  parsePlacement,
  serialisePlacement,
} from '../../src/domain/placement/placement-codec.ts';
import {
  findEntry,
  type PlacementIndex,
  recordMove,
  recordRemoval,
  recordWrite,
  removeEntry,
} from '../../src/domain/placement/placement-index.ts';
import { PlacementLines } from '../../src/domain/placement/placement-lines.ts';

const at = '2026-11-03T09:00:00.000Z';
const part = fc.constantFrom(
  'a',
  'ab',
  'b',
  'é',
  '"',
  '\\',
  'a\nb',
  '{"service":"a","account":"b",',
  '\u{1f511}',
  '\u2028',
);
const name = fc.record({ service: part, account: part });
const store = fc.constantFrom('file' as const, 'keychain' as const, 'secret-service' as const);
const placements = fc
  .array(fc.tuple(name, store), { maxLength: 30 })
  .map((writes) =>
    writes.reduce<PlacementIndex>(
      (now, [each, id]) => recordWrite(now, each, id, at, id === 'file' ? { expiresAt: at } : {}),
      [],
    ),
  );
const record: fc.Arbitrary<FileRecord | undefined> = fc.constantFrom(
  undefined,
  { keySource: 'passphrase' as const },
  { keySource: 'home' as const, written: { id: 'AAAAAAAAAAAAAAAAAAAAAA==', counter: 7 } },
);
type Change = (now: PlacementIndex, name: CredentialName) => PlacementIndex;
const change = fc.constantFrom<Change>(
  (now, each) => recordWrite(now, each, 'credential-manager', at),
  (now, each) => recordWrite(now, each, 'file', at, { expiresAt: at }),
  (now, each) => recordMove(now, each, { store: 'pass', stale: ['file'] }, at),
  (now, each) => recordRemoval(now, each, 'file'),
  removeEntry,
);

describe('the lines of a placement file', () => {
  test('law: one entry is found as if all were parsed', () => {
    fc.assert(
      fc.property(placements, record, name, (placement, file, each) => {
        const text = serialisePlacement(placement, file);
        const expected = { entry: findEntry(placement, each), file };
        expect(PlacementLines.parse(text, each)).toMatchObject(expected);
        expect(findLine(text, each)).toEqual(expected);
      }),
    );
  });

  test('law: an entry is found whatever else has changed, but is absent only from an intact text', () => {
    fc.assert(
      fc.property(
        placements,
        record,
        name,
        fc.nat(),
        fc.string({ maxLength: 4 }),
        (placement, file, each, at, insert) => {
          const lines = serialisePlacement(placement, file).split('\n');
          const other = 1 + (at % Math.max(1, lines.length - 3));
          fc.pre(insert !== '' && placement.length > 0 && !insert.includes('\n'));
          lines[other] = `${lines[other]}`.replace('{', insert);
          const text = lines.join('\n');
          fc.pre(text !== serialisePlacement(placement, file));
          const entry = findEntry(placement, each);
          const isChanged = entry !== undefined && placement.indexOf(entry) === other - 1;
          expect(findLine(text, each)).toEqual(entry && !isChanged ? { entry, file } : undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  test.each([
    ['lost its last line', (text: string) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1)],
    ['lost its last line break', (text: string) => text.slice(0, -1)],
    ['has another line', (text: string) => `${text}more\n`],
    ['has an entry with another field', (text: string) => text.replace('"stale":[]', '"stale":[],"more":1')],
    ['has an entry with a space', (text: string) => text.replace('"stale":[]', '"stale": []')],
  ])('no entry is found in a text that %s', (_, damage) => {
    const each = { service: 'a', account: 'b' };
    expect(findLine(damage(serialisePlacement(recordWrite([], each, 'file', at))), each)).toBeUndefined();
  });

  test('law: one entry is replaced as if all were written', () => {
    fc.assert(
      fc.property(placements, record, record, name, change, (placement, before, after, each, edit) => {
        const lines = PlacementLines.parse(serialisePlacement(placement, before), each);
        const [entry] = edit(lines?.entry ? [lines.entry] : [], each);
        expect(lines?.replace(entry, after)).toBe(serialisePlacement(edit(placement, each), after));
      }),
      { numRuns: 500 },
    );
  });

  test('law: after any other change to the text, all of it has to be parsed', () => {
    const edits = fc.tuple(placements, record, name, fc.nat(), fc.nat(5), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(edits, ([placement, file, each, position, cut, insert]) => {
        const text = serialisePlacement(placement, file);
        const start = position % text.length;
        const changed = text.slice(0, start) + insert + text.slice(start + cut);
        fc.pre(changed !== text);
        expect(PlacementLines.parse(changed, each)).toBeUndefined();
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['a', 'b', 'c'])('the first, a middle and the last entry are found: %s', (service) => {
    const names = ['a', 'b', 'c'].map((each) => ({ service: each, account: 'x' }));
    const placement = names.reduce<PlacementIndex>((now, each) => recordWrite(now, each, 'file', at), []);
    const each = { service, account: 'x' };
    const lines = PlacementLines.parse(serialisePlacement(placement), each);
    expect(lines?.entry).toEqual(findEntry(placement, each));
    expect(findLine(serialisePlacement(placement), each)?.entry).toEqual(findEntry(placement, each));
    expect(lines?.replace(undefined, undefined)).toBe(serialisePlacement(removeEntry(placement, each)));
  });

  test.each([
    '{"format":"other","version":1,"credentials":[',
    '{"format":"keystow-placement","version":2,"credentials":[',
  ])('of another format or version have to be parsed, even with a correct checksum: %s', (head) => {
    const text = `${head}${formatTail(head)}`;
    expect(PlacementLines.parse(text, { service: 'a', account: 'b' })).toBeUndefined();
    expect(findLine(text, { service: 'a', account: 'b' })).toBeUndefined();
  });

  test.each(['', '\n', '{}\n', '[]', '{"format":"keystow-placement","version":1,"credentials":[\n]}\n'])(
    '%j has no checksum',
    (text) => {
      expect(PlacementLines.parse(text, { service: 'a', account: 'b' })).toBeUndefined();
      expect(findLine(text, { service: 'a', account: 'b' })).toBeUndefined();
    },
  );

  test('a line that the checksum covers, but that is no valid entry, is left to the parser of the whole file', () => {
    const each = { service: 'a', account: 'b' };
    const invalid = { ...each, store: 'cloud', writtenAt: at, stale: [] } as unknown as PlacementIndex[number];
    const text = serialisePlacement([invalid]);
    expect(findLine(text, each)).toBeUndefined();
    expect(PlacementLines.parse(text, each)).toBeUndefined();
    expect(PlacementLines.parse(text, { service: 'a', account: 'c' })).toBeUndefined();
    expect(parsePlacement(text).kind).toBe('damaged');
  });
});
