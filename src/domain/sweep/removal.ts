import { removeJsonMembers } from '../formats/json.ts';
import type { Edit, Leaf, Range } from '../formats/leaf.ts';
import type { FileFormat } from './known-file.ts';

/**
 * The edits that remove leaves with their keys, or with the block or object that they're in. `undefined`: one of them can't
 * be removed without changing something else.
 */
export function planRemoval(
  format: FileFormat,
  text: string,
  leaves: readonly Leaf[],
  what: 'entry' | 'owner' = 'entry',
): readonly Edit[] | undefined {
  const ranges = leaves.map((leaf) => leaf[what]);
  if (ranges.some((range) => range === undefined)) return undefined;
  const entries = ranges as readonly Range[];
  return format === 'json' ? removeJsonMembers(text, entries) : entries.map(({ start, end }) => ({ start, end }));
}
