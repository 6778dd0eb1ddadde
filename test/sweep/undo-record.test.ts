import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyEdits, type Edit, replacement } from '../../src/domain/formats/edits.ts';
import {
  extendRecord,
  parseUndoRecord,
  revertChanges,
  serialiseUndoRecord,
  toRecordName,
  type UndoRecord,
} from '../../src/domain/sweep/undo-record.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';

const lines = fc
  .array(fc.stringMatching(/^[a-z =#]{0,8}$/), { maxLength: 8 })
  .map((all) => all.map((line) => `${line}\n`));

/** A text, and edits that remove some of its lines. */
const removals = lines.chain((all) =>
  fc.subarray([...all.keys()]).map((removed) => {
    const offsets = all.map((_, index) => all.slice(0, index).join('').length);
    const original = all.join('');
    const edits: readonly Edit[] = removed.map((index) => {
      const start = offsets[index] ?? 0;
      return replacement(original, { start, end: start + (all[index] ?? '').length });
    });
    return { original, edits };
  }),
);

const runs = { numRuns: fastOrSlow(300, 10_000) };

test('changes that nobody touched are reverted exactly, however many, and whether or not the last one happened', () => {
  fc.assert(
    fc.property(removals, fc.boolean(), (first, happened) => {
      const between = applyEdits(first.original, first.edits);
      const second = {
        original: between,
        edits: [replacement(between, { start: 0, end: Math.min(3, between.length) }, 'x')],
      };
      const now = happened ? applyEdits(between, second.edits) : between;
      expect(revertChanges(now, [first, second])).toBe(first.original);
      expect(revertChanges(first.original, [first])).toBe(first.original);
    }),
    runs,
  );
});

test('a line that was added in front or at the end stays when the rest is reverted', () => {
  fc.assert(
    fc.property(removals, fc.boolean(), (change, isFront) => {
      const after = applyEdits(change.original, change.edits);
      const edited = isFront ? `NEW\n${after}` : `${after}NEW\n`;
      const expected = isFront ? `NEW\n${change.original}` : `${change.original}NEW\n`;
      const reverted = revertChanges(edited, [change]);
      // Lines that were removed at the same place may come before the new one or after it.
      expect(reverted?.split('\n').sort()).toEqual(expected.split('\n').sort());
      expect(reverted?.replace('NEW\n', '')).toBe(change.original);
    }),
    runs,
  );
});

test('an edit of the place where something was removed is a conflict, and never loses the edit', () => {
  const change = { original: 'a\nSECRET\nb\n', edits: [{ offset: 2, removed: 'SECRET\n', inserted: '' }] };
  expect(revertChanges('a changed\nb changed\n', [change])).toBeUndefined();
  fc.assert(
    fc.property(removals, fc.string(), (removal, edited) => {
      const reverted = revertChanges(edited, [removal]);
      if (reverted === undefined || reverted === removal.original) return;
      // Whatever was typed is still there, in order.
      let at = 0;
      for (const character of edited) {
        at = reverted.indexOf(character, at) + 1;
        expect(at).toBeGreaterThan(0);
      }
    }),
    runs,
  );
});

const record: UndoRecord = {
  path: '/home/a/.git-credentials',
  tool: 'git',
  changes: [{ original: 'a\n', edits: [{ offset: 0, removed: 'a\n', inserted: '' }] }],
  created: [{ service: 's', account: 'a' }],
  setups: [{ tool: 'docker', target: 'ghcr.io' }, { tool: 'git' }],
  isRestored: false,
};

test('a record is read as it was written; anything else is not a record', () => {
  expect(parseUndoRecord(serialiseUndoRecord(record))).toMatchObject(record);
  // Records of earlier versions have the same form.
  expect(JSON.parse(serialiseUndoRecord(record)).changes).toEqual([{ original: 'a\n', edits: [{ start: 0, end: 2 }] }]);
  expect(JSON.parse(serialiseUndoRecord(record))).toMatchObject({ format: 'keystow-sweep', version: 1 });
  for (const text of ['', '{}', 'null', serialiseUndoRecord(record).replace('"version":1', '"version":2')]) {
    expect(parseUndoRecord(text)).toBeUndefined();
  }
  for (const key of ['path', 'tool', 'changes', 'created', 'setups', 'isRestored']) {
    expect(parseUndoRecord(JSON.stringify({ ...JSON.parse(serialiseUndoRecord(record)), [key]: [1] }))).toBeUndefined();
  }
});

test.each<[string, (stored: Record<string, unknown>) => void]>([
  ['another format', (stored) => Object.assign(stored, { format: 'x' })],
  ['no path', (stored) => Object.assign(stored, { path: 1 })],
  ['no tool', (stored) => Object.assign(stored, { tool: null })],
  ['a change that is not an object', (stored) => Object.assign(stored, { changes: [1] })],
  ['a change without its original', (stored) => Object.assign(stored, { changes: [{ edits: [] }] })],
  ['a change without edits', (stored) => Object.assign(stored, { changes: [{ original: '' }] })],
  ...[
    null,
    {},
    { start: 0 },
    { end: 1 },
    { start: -1, end: 1 },
    { start: 2, end: 1 },
    { start: 0.5, end: 1 },
    { start: 0, end: 1.5 },
    { start: '0', end: 1 },
    { start: 0, end: 1, text: 1 },
  ].map((edit): [string, (stored: Record<string, unknown>) => void] => [
    `the edit ${JSON.stringify(edit)}`,
    (stored) => Object.assign(stored, { changes: [{ original: 'abc', edits: [edit] }] }),
  ]),
  ['a name without a service', (stored) => Object.assign(stored, { created: [{ account: 'a' }] })],
  ['a name without an account', (stored) => Object.assign(stored, { created: [{ service: 's' }] })],
  ['a name that is not an object', (stored) => Object.assign(stored, { created: [null] })],
  ['a list of names that has something else', (stored) => Object.assign(stored, { created: [...record.created, {}] })],
  ['an unknown tool that was set up', (stored) => Object.assign(stored, { setups: [{ tool: 'x' }] })],
  ['a target that is not text', (stored) => Object.assign(stored, { setups: [{ tool: 'git', target: 1 }] })],
  ['a target without a tool', (stored) => Object.assign(stored, { setups: [null] })],
])('a record with %s is not a record', (_, change) => {
  const stored = JSON.parse(serialiseUndoRecord(record));
  change(stored);
  expect(parseUndoRecord(JSON.stringify(stored))).toBeUndefined();
});

test('a record keeps what replaced a text, and a change that only adds something', () => {
  const edits = [
    { offset: 0, removed: '', inserted: 'x' },
    { offset: 1, removed: 'b', inserted: 'y' },
  ];
  const changed = { ...record, changes: [{ original: 'abc', edits }] };
  expect(parseUndoRecord(serialiseUndoRecord(changed))).toEqual(changed);
});

test('a record is stored under the path of its file', () => {
  expect(toRecordName(record)).toEqual({ service: 'keystow-sweep', account: record.path });
});

test('a second run extends the record, and replaces a change that was planned and did not happen', () => {
  const again = extendRecord(record, { changes: record.changes, created: record.created, setups: [{ tool: 'git' }] });
  expect(again).toEqual(record);
  const next = { original: 'b\n', edits: [] };
  const added = { changes: [next], created: [{ service: 's', account: 'b' }], setups: [{ tool: 'docker' } as const] };
  expect(extendRecord(record, added)).toEqual({
    ...record,
    changes: [...record.changes, next],
    created: [...record.created, ...added.created],
    setups: [...record.setups, ...added.setups],
  });
  // An undo was killed after it had restored the file, and the file is moved again.
  const restored = extendRecord({ ...record, isRestored: true }, { changes: [next], created: [], setups: [] });
  expect(restored).toMatchObject({ changes: [next], created: record.created, isRestored: false });
});
