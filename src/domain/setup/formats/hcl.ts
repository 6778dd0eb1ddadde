import { damagedText } from '../../formats/leaf.ts';
import { byteOrderMark } from '../../text/lines.ts';

/** A block at the top level of HCL, such as `credentials_helper "keystow" { … }`. */
export interface HclBlock {
  readonly name: string;
  readonly labels: readonly string[];
  readonly start: number;
  /** After its brace. */
  readonly end: number;
}

const tokens =
  /[ \t\r\n\uFEFF]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\/|([A-Za-z_][\w.-]*)|"([^"\\\n$]*(?:(?:\\.|\$(?!\{)|\$\{[^}\n]*\})[^"\\\n$]*)*)"|<<-?([A-Za-z_]\w*)\r?\n|([{}[\]=,:()])|[-+]?[\d.][\w.]*/y;

/** Scans a CLI configuration of Terraform. Braces without their pair, or what isn't HCL → `file-damaged`. */
export function parseHcl(text: string): readonly HclBlock[] {
  const blocks: HclBlock[] = [];
  let [depth, offset] = [0, text.startsWith(byteOrderMark) ? 1 : 0];
  let words: { readonly text: string; readonly start: number }[] = [];
  let block: Omit<HclBlock, 'end'> | undefined;
  while (offset < text.length) {
    const start = offset;
    tokens.lastIndex = offset;
    const match = tokens.exec(text);
    if (match === null) throw damagedText(text, offset, 'is not valid HCL');
    offset = tokens.lastIndex;
    const [all, word, string, heredoc, symbol] = match;
    if (heredoc !== undefined) offset = findHeredocEnd(text, offset, heredoc);
    else if (depth === 0 && (word ?? string) !== undefined) words.push({ text: word ?? string ?? '', start });
    else if (symbol === '{' || symbol === '[') {
      const [first, ...labels] = words;
      if (depth === 0 && symbol === '{' && first !== undefined) {
        block = { name: first.text, labels: labels.map(({ text }) => text), start: first.start };
      }
      depth += 1;
      words = [];
    } else if (symbol === '}' || symbol === ']') {
      depth -= 1;
      if (depth < 0) throw damagedText(text, start, `has a "${symbol}" without its pair`);
      if (depth === 0 && block !== undefined) blocks.push({ ...block, end: offset });
      if (depth === 0) block = undefined;
    } else if (depth === 0 && all.includes('\n') && words.length > 0) words = [];
  }
  if (depth > 0) throw damagedText(text, text.length - 1, 'ends in the middle of a block');
  return blocks;
}

function findHeredocEnd(text: string, from: number, mark: string): number {
  const end = new RegExp(`^[ \\t]*${mark}[ \\t]*\\r?$`, 'gm');
  end.lastIndex = from;
  if (end.exec(text) === null) throw damagedText(text, from, 'is in a text without an end');
  return end.lastIndex;
}
