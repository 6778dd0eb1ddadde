import { type Edit, insertion } from '../../formats/edits.ts';
import { damagedText } from '../../formats/leaf.ts';
import { parseJson } from '../../text/encodings.ts';
import { byteOrderMark, findLineEnd } from '../../text/lines.ts';

/** A JSON value and where it is. */
export interface JsonNode {
  readonly start: number;
  readonly end: number;
  /** Those of an object. */
  readonly members?: readonly JsonMember[];
  /** That of a string. */
  readonly text?: string;
}

export interface JsonMember {
  readonly key: string;
  readonly start: number;
  readonly value: JsonNode;
}

/** The root, which must be an object (`undefined`: the text is blank). Anything else → `file-damaged`. */
export function parseJsonTree(text: string): JsonNode | undefined {
  if (/^[ \t\r\n]*$/.test(text)) return undefined;
  if (text.startsWith(byteOrderMark)) throw damagedText(text, 0, 'starts with a byte order mark');
  // A text that isn't JSON has no place for a change.
  if (parseJson(text) === undefined) throw damagedText(text, findInvalidToken(text), 'is not valid JSON');
  const root = scanValue(text, skipSpace(text, 0));
  if (root.members === undefined) throw damagedText(text, root.start, 'is not an object of JSON');
  return root;
}

/** Only for messages: the first character that no JSON text has outside of its strings, or the end. */
function findInvalidToken(text: string): number {
  const tokens = /(?:\s+|[{}[\],:]|"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null)+/y;
  tokens.exec(text);
  return Math.min(tokens.lastIndex, Math.max(text.length - 1, 0));
}

/** Deeper objects aren't scanned: no client's configuration has them, and each level is a call. */
const maxDepth = 100;

/** Scans valid JSON. */
function scanValue(text: string, start: number, depth = 0): JsonNode {
  const first = text[start];
  if (depth > maxDepth) throw damagedText(text, start, 'is nested too deeply');
  if (first === '{') return scanObject(text, start, depth);
  if (first === '[') return { start, end: scanArray(text, start) };
  if (first === '"') {
    const end = findStringEnd(text, start);
    return { start, end, text: JSON.parse(text.slice(start, end)) };
  }
  let end = start;
  while (end < text.length && !/[\s,\]}]/.test(text.charAt(end))) end += 1;
  return { start, end };
}

function scanObject(text: string, start: number, depth: number): JsonNode {
  const members: JsonMember[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== '}') {
    const keyEnd = findStringEnd(text, at);
    const value = scanValue(text, skipSpace(text, skipSpace(text, keyEnd) + 1), depth + 1);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)), start: at, value });
    at = skipSpace(text, value.end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
  }
  return { start, end: at + 1, members };
}

/** Skips an array: nothing in it is edited. */
function scanArray(text: string, start: number): number {
  let [at, depth] = [start, 0];
  for (;;) {
    const character = text[at];
    if (character === '"') at = findStringEnd(text, at);
    else {
      if (character === '[' || character === '{') depth += 1;
      if (character === ']' || character === '}') depth -= 1;
      at += 1;
    }
    if (depth === 0) return at;
  }
}

function findStringEnd(text: string, start: number): number {
  for (let at = start + 1; ; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
}

function skipSpace(text: string, start: number): number {
  let at = start;
  while (/\s/.test(text.charAt(at))) at += 1;
  return at;
}

/**
 * The members of a key. Programs written in Go ignore the case of a key, and take the last one.
 */
export function findJsonMembers(node: JsonNode | undefined, key: string): readonly JsonMember[] {
  return node?.members?.filter((member) => member.key.toLowerCase() === key.toLowerCase()) ?? [];
}

/** Sets `key` of the root, or of the object `parent` in it, to a text. */
export function setJsonText(
  text: string,
  root: JsonNode | undefined,
  parent: string | undefined,
  key: string,
  value: string,
): Edit {
  const name = (key: string) => JSON.stringify(key);
  const member = `${name(key)}: ${name(value)}`;
  if (root === undefined) {
    const end = findLineEnd(text);
    const body = parent === undefined ? `\t${member}` : `\t${name(parent)}: {${end}\t\t${member}${end}\t}`;
    return insertion(text.length, `{${end}${body}${end}}${end}`);
  }
  const object = parent === undefined ? root : findJsonMembers(root, parent).at(-1)?.value;
  if (object === undefined) {
    const layout = findLayout(text, root);
    const inner = layout.isMultiline
      ? `{${layout.end}${layout.indent}${layout.unit}${member}${layout.end}${layout.indent}}`
      : `{ ${member} }`;
    return addMember(text, root, `${name(parent ?? '')}: ${inner}`);
  }
  if (object.members === undefined) throw damagedText(text, object.start, 'is not an object of JSON');
  const [existing] = findJsonMembers(object, key).slice(-1);
  if (existing === undefined) return addMember(text, object, member);
  const removed = text.slice(existing.start, existing.value.end);
  return { offset: existing.start, removed, inserted: `${name(existing.key)}: ${name(value)}` };
}

interface Layout {
  readonly isMultiline: boolean;
  readonly end: string;
  /** Before a member. */
  readonly indent: string;
  /** What each level adds. */
  readonly unit: string;
}

function findLayout(text: string, { start, members = [] }: JsonNode): Layout {
  const end = findLineEnd(text);
  const [first] = members;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const [outer = ''] = /^[ \t]*/.exec(text.slice(lineStart)) ?? [];
  const before = first === undefined ? '' : text.slice(start + 1, first.start);
  const indent = first === undefined ? `${outer}\t` : before.slice(before.lastIndexOf('\n') + 1);
  const unit = indent.startsWith(outer) && indent.length > outer.length ? indent.slice(outer.length) : '\t';
  return { isMultiline: first === undefined || before.includes('\n'), end, indent, unit };
}

/** Behind the last member. */
function addMember(text: string, object: JsonNode, member: string): Edit {
  const { isMultiline, end, indent, unit } = findLayout(text, object);
  const last = object.members?.at(-1);
  if (last !== undefined) return insertion(last.value.end, isMultiline ? `,${end}${indent}${member}` : `, ${member}`);
  const outer = indent.slice(0, indent.length - unit.length);
  // An object with a line break in it needs no other one.
  const tail = text.slice(object.start + 1, object.end - 1).includes('\n') ? '' : end + outer;
  return insertion(object.start + 1, `${end}${indent}${member}${tail}`);
}

/** Removes a member and its comma; with `parent`, that one too if nothing else is in it. */
export function removeJsonMember(
  text: string,
  root: JsonNode | undefined,
  parent: string | undefined,
  key: string,
): readonly Edit[] {
  const container = parent === undefined ? undefined : findJsonMembers(root, parent).at(-1);
  const object = parent === undefined ? root : container?.value;
  const [member] = findJsonMembers(object, key).slice(-1);
  if (object?.members === undefined || member === undefined) return [];
  if (container !== undefined && object.members.length === 1) return [removeOne(text, root as JsonNode, container)];
  return [removeOne(text, object, member)];
}

function removeOne(text: string, { start, members = [] }: JsonNode, member: JsonMember): Edit {
  const index = members.indexOf(member);
  const [previous, next] = [members[index - 1], members[index + 1]];
  const from = previous?.value.end ?? (next === undefined ? start + 1 : member.start);
  const to = previous === undefined && next !== undefined ? next.start : member.value.end;
  return { offset: from, removed: text.slice(from, to), inserted: '' };
}
