import { byteOrderMark, findLineEnd, findLineStart } from '../text/lines.ts';
import { disabledPrefix, disableFurtherLines, type Edit, insertion, replacement } from './edits.ts';
import { damagedText, type Leaf, type LeafReader, toLeafReader } from './leaf.ts';
import { TomlReader, type TomlValue } from './toml-reader.ts';

/** A key and its value in a table (TOML 1.0). */
export interface TomlEntry {
  /** From the root: the keys of its table and its own. */
  readonly path: readonly string[];
  /** The keys of the table whose header it's below. */
  readonly table: readonly string[];
  readonly start: number;
  readonly indent: string;
  readonly value: TomlValue;
  /** Where the line behind its value starts. */
  readonly next: number;
}

export interface TomlTable {
  readonly path: readonly string[];
  /** Whether the header has two brackets. */
  readonly isItem: boolean;
  readonly start: number;
  /** After the header's brackets. */
  readonly end: number;
}

export interface Toml {
  readonly entries: readonly TomlEntry[];
  readonly tables: readonly TomlTable[];
}

/**
 * Parses TOML 1.0 into a tree with positions: no library that parses it writes it back byte for byte. What can't be parsed, or
 * defines a key twice → `file-damaged`.
 */
export function parseToml(text: string): Toml {
  return scanToml(text);
}

function scanToml(text: string, { allowsRepeats = false }: { readonly allowsRepeats?: boolean } = {}): Toml {
  const reader = new TomlReader(text, text.startsWith(byteOrderMark) ? 1 : 0);
  const entries: TomlEntry[] = [];
  const tables: TomlTable[] = [];
  /** The keys of the table and, for an item of an array, its index. */
  let table: readonly string[] = [];
  let header: readonly string[] = [];
  /** How many items an array of tables has so far. */
  const counts = new Map<string, number>();
  const names = new Set<string>();
  // Each item of an array has keys and tables of its own.
  const toName = (path: readonly string[]) =>
    JSON.stringify(path.map((key, index) => [key, counts.get(JSON.stringify(path.slice(0, index + 1)))]));
  const define = (path: readonly string[], start: number) => {
    const name = toName(path);
    if (!allowsRepeats && names.has(name)) throw damagedText(text, start, 'defines a key twice');
    names.add(name);
  };
  for (reader.skipBlank(); !reader.isAtEnd; reader.skipBlank()) {
    const start = reader.offset;
    const found = reader.readHeader();
    if (found === undefined) {
      const keys = reader.readKey();
      reader.readEquals();
      const value = reader.readValue();
      define([...header, ...keys], start);
      reader.readLineEnd();
      const lineStart = findLineStart(text, start);
      const indent = text.slice(lineStart, start).replace(byteOrderMark, '');
      entries.push({ path: [...table, ...keys], table, start, indent, value, next: reader.offset });
    } else {
      header = found.path;
      const name = JSON.stringify(header);
      const count = counts.get(name) ?? 0;
      if (found.isItem) counts.set(name, count + 1);
      table = found.isItem ? [...header, `${count}`] : header;
      define(header, start);
      tables.push({ ...found, start, end: reader.offset });
      reader.readLineEnd();
    }
  }
  return { entries, tables };
}

/** Reads every string. Of a key that is repeated, every value is returned. Only a string that isn't in an array or an inline table can be removed. */
export const readToml: LeafReader = toLeafReader((text) =>
  scanToml(text, { allowsRepeats: true }).entries.flatMap(({ path, value, start, indent, next }) => {
    const leaves = listLeaves(text, value, path);
    return value.text === undefined
      ? leaves
      : leaves.map((leaf) => ({ ...leaf, entry: { start: start - indent.length, end: next } }));
  }),
);

function listLeaves(text: string, value: TomlValue, path: readonly string[]): readonly Leaf[] {
  const { start, end, items, members } = value;
  if (items !== undefined) return items.flatMap((item, index) => listLeaves(text, item, [...path, `${index}`]));
  if (members !== undefined)
    return members.flatMap((member) => listLeaves(text, member.value, [...path, ...member.path]));
  if (value.text === undefined) return [];
  const marks = ['"""', "'''"].some((mark) => text.startsWith(mark, start)) ? 3 : 1;
  return [{ path, value: value.text, range: { start: start + marks, end: end - marks } }];
}

export function isSamePath(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

export function findTomlEntry({ entries }: Toml, ...path: readonly string[]): TomlEntry | undefined {
  return entries.find((entry) => isSamePath(entry.path, path));
}

/** Whether a table has a header, or keys below it. */
export function hasTomlTable({ entries, tables }: Toml, ...path: readonly string[]): boolean {
  return [...tables, ...entries].some((other) => isSamePath(other.path.slice(0, path.length), path));
}

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
