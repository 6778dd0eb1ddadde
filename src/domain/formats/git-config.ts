import { splitLines } from '../text/lines.ts';
import type { FormatFault, Leaf, LeafReader } from './leaf.ts';

/**
 * Reads git-config(1), "Syntax". Sections and keys are in lower case, as git compares them. The path of a key in a subsection
 * is `[section, subsection, key]`. A value that continues on the next line can't be removed.
 */
export const readGitConfig: LeafReader = (text) => {
  const leaves: Leaf[] = [];
  let section: readonly string[] | undefined;
  let isContinued = false;
  for (const [index, { text: line, start, next }] of splitLines(text).entries()) {
    const wasContinued = isContinued;
    isContinued = /(?:^|[^\\])(?:\\\\)*\\$/.test(line) && !/^\s*[#;]/.test(line);
    if (wasContinued) continue;
    const header = /^\s*\[\s*([\w.-]+)(?:\s+"((?:[^"\\]|\\.)*)")?\s*\]/.exec(line);
    if (header !== null) {
      const [, name = '', subsection] = header;
      const unescaped = subsection?.replace(/\\(.)/g, '$1');
      section = [name.toLowerCase(), ...(unescaped === undefined ? [] : [unescaped])];
    }
    const from = header?.[0].length ?? 0;
    const rest = line.slice(from);
    if (/^\s*([#;]|$)/.test(rest)) continue;
    const pair = /^\s*([A-Za-z][\w-]*)\s*(?:=\s*(.*))?$/.exec(rest);
    if (pair === null || section === undefined) return fault(index);
    const [, key = '', raw] = pair;
    if (raw === undefined) continue;
    const parsed = parseValue(raw);
    if (parsed === undefined) return fault(index);
    const at = start + line.length - raw.length;
    const quote = /^"[^"\\]*"$/.test(raw.slice(0, parsed.length)) ? 1 : 0;
    leaves.push({
      path: [...section, key.toLowerCase()],
      value: parsed.value,
      range: { start: at + quote, end: at + parsed.length - quote },
      ...(header === null && !isContinued && { entry: { start, end: next } }),
    });
  }
  return leaves;
};

function fault(index: number): FormatFault {
  return { line: index + 1 };
}

/** The value and its length as it's written, without a comment and the spaces before it. `undefined`: an open quotation mark. */
function parseValue(raw: string): { readonly value: string; readonly length: number } | undefined {
  let [value, length, isQuoted] = ['', 0, false];
  let pending = '';
  for (let index = 0; index < raw.length; index++) {
    const character = raw[index] as string;
    if (!isQuoted && (character === '#' || character === ';')) break;
    if (!isQuoted && /\s/.test(character)) {
      pending += character;
      continue;
    }
    value += pending;
    pending = '';
    if (character === '"') isQuoted = !isQuoted;
    else if (character === '\\') {
      index += 1;
      value += escapes[raw[index] ?? ''] ?? raw[index] ?? '';
    } else value += character;
    length = index + 1;
  }
  return isQuoted ? undefined : { value, length };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };
