import { byteOrderMark, findLineEnd } from '../text/lines.ts';
import { disabledPrefix, disableFurtherLines, type Edit, insertion, replacement } from './edits.ts';
import { damagedText } from './leaf.ts';
import { isSamePath, type Toml, type TomlEntry } from './toml.ts';
import type { TomlValue } from './toml-reader.ts';

/** Adds `key = value` to a table, behind its last key. Adds the table at the end if it's missing. `[]`: the root. */
export function addTomlEntry(text: string, toml: Toml, path: readonly string[], line: string): Edit {
  const lineEnd = findLineEnd(text);
  const { entries, tables } = toml;
  // Such as `registry = { … }`, or `registry.default = …` above all headers.
  const inline = entries.find((entry) => isSamePath(entry.path, path));
  if (inline !== undefined)
    throw damagedText(text, inline.start, 'is a table on one line, which keystow does not edit');
  const last = entries.findLast((entry) => isSamePath(entry.table, path));
  if (last !== undefined) return insertion(last.value.end, `${lineEnd}${last.indent}${line}`);
  const header = tables.find((table) => isSamePath(table.path, path) && !table.isItem);
  if (header !== undefined) return insertion(header.end, `${lineEnd}${line}`);
  const dotted = entries.findLast(({ table, path: other }) => isDottedBelow(other, table, path));
  if (dotted !== undefined) {
    const prefix = path.slice(dotted.table.length).map(formatTomlKey).join('.');
    return insertion(dotted.value.end, `${lineEnd}${dotted.indent}${prefix}.${line}`);
  }
  if (path.length === 0) return insertion(text.startsWith(byteOrderMark) ? 1 : 0, line + lineEnd);
  return appendTable(text, path, line);
}

function isDottedBelow(entry: readonly string[], table: readonly string[], path: readonly string[]): boolean {
  return path.length > table.length && isSamePath(entry.slice(0, path.length), path);
}

function appendTable(text: string, path: readonly string[], line: string): Edit {
  const end = findLineEnd(text);
  const isOpen = text !== '' && text !== byteOrderMark && !text.endsWith('\n');
  const gap = text.trim() === '' ? '' : end;
  const block = `[${path.map(formatTomlKey).join('.')}]${end}${line}`;
  return insertion(text.length, isOpen ? end + gap + block : gap + block + end);
}

/** Puts a line in the place of an entry, which becomes a comment. */
export function replaceTomlEntry(text: string, { start, indent, value }: TomlEntry, line: string): readonly Edit[] {
  const lineStart = start - indent.length;
  return [
    insertion(lineStart, `${indent}${line}${findLineEnd(text)}${disabledPrefix}`),
    ...disableFurtherLines(text, start, value.end),
  ];
}

/** Adds a text as the first or the last item of an array. */
export function addTomlItem({ items = [], start }: TomlValue, item: string, at: 'first' | 'last'): Edit {
  const value = formatTomlText(item);
  const [first] = items;
  const last = items.at(-1);
  if (at === 'first' && first !== undefined) return insertion(first.start, `${value}, `);
  return last === undefined ? insertion(start + 1, value) : insertion(last.end, `, ${value}`);
}

/** Removes an item of an array, with the comma before or behind it. */
export function removeTomlItem(text: string, { items = [] }: TomlValue, index: number): Edit {
  const [previous, item, next] = [items[index - 1], items[index], items[index + 1]] as const;
  const { start, end } = item as TomlValue;
  const from = previous === undefined ? start : previous.end;
  const to = previous === undefined && next !== undefined ? next.start : end;
  return replacement(text, { start: from, end: to });
}

export function formatTomlText(text: string): string {
  return JSON.stringify(text).replaceAll('\x7f', '\\u007f');
}

function formatTomlKey(key: string): string {
  return /^[\w-]+$/.test(key) ? key : formatTomlText(key);
}
