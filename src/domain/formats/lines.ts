import { decodePercent } from '../text/encodings.ts';
import { lineAt, splitLines } from '../text/lines.ts';
import type { Leaf, LeafReader } from './leaf.ts';

/**
 * Reads the file of git-credential-store(1): a URL on each line, `https://user:password@host/path`. The path of a leaf is
 * `[protocol://host/path, user]`; the user and the password are decoded. git skips lines that it can't parse, and so does this
 * unless none is a URL.
 */
export const readCredentialUrls: LeafReader = (text) => {
  const lines = splitLines(text).filter((line) => !/^\s*(#|$)/.test(line.text));
  const leaves = lines.flatMap((line): Leaf[] => {
    const match = /^([a-z][a-z\d+.-]*):\/\/([^:@/]*):([^@/]*)@(.*)$/i.exec(line.text);
    if (match === null) return [];
    const [, protocol = '', user = '', password = '', place = ''] = match;
    const at = line.start + protocol.length + '://'.length + user.length + 1;
    const [name, value] = [user, password].map(decodePercent);
    if (name === undefined || value === undefined) return [];
    const url = `${protocol}://${place.replace(/\/$/, '')}`;
    const range = { start: at, end: at + password.length };
    return [{ path: [url, name], value, range, entry: { start: line.start, end: line.next } }];
  });
  return lines.length > 0 && lines.every(({ text }) => !text.includes('://')) ? { line: 1 } : leaves;
};

/** Reads libpq's password file: `host:port:database:user:password`, with `\` before `:` and `\`. */
export const readPgpass: LeafReader = (text) => {
  const leaves: Leaf[] = [];
  for (const [index, line] of splitLines(text).entries()) {
    if (/^\s*(#|$)/.test(line.text)) continue;
    const fields = line.text.match(/(?:[^:\\]|\\.)+|(?<=:|^)(?=:|$)/g) ?? [];
    if (fields.length !== 5) return { line: index + 1 };
    const [host = '', , database = '', user = '', value = ''] = fields.map((field) => field.replace(/\\(.)/g, '$1'));
    const { end } = line;
    leaves.push({ path: [host, database, user], value, range: { start: end - (fields[4] ?? '').length, end } });
  }
  return leaves;
};

/** Reads a file whose only content is a token, on one line. */
export const readTokenFile: LeafReader = (text) => {
  const value = text.trim();
  if (value === '') return [];
  if (/\s/.test(value)) return { line: 1 };
  const start = text.indexOf(value);
  return [{ path: [], value, range: { start, end: start + value.length } }];
};

/**
 * Reads netrc(5): `machine HOST login USER password SECRET`, on one line or several. Words may be in quotation marks, as curl
 * has them. The body of a `macdef` ends at an empty line. The path of a leaf is `[host, login]`; that of `default` is
 * `default`.
 */
export const readNetrc: LeafReader = (text) => {
  const leaves: Leaf[] = [];
  // One of these matches at any character, so that the position never starts again at 0.
  const tokens = /\s+|(?<=(?:^|\n)[ \t]*)#[^\n]*|"((?:[^"\\\n]|\\.)*)"|(\S+)/y;
  const next = (): { readonly word: string; readonly start: number; readonly end: number } | undefined => {
    for (;;) {
      const start = tokens.lastIndex;
      const match = start < text.length ? tokens.exec(text) : null;
      if (match === null) return undefined;
      const [whole, quoted, plain] = match;
      if (quoted !== undefined)
        return { word: quoted.replace(/\\(.)/g, '$1'), start: start + 1, end: start + whole.length - 1 };
      if (plain !== undefined) return { word: plain, start, end: start + whole.length };
    }
  };
  let machine: string | undefined;
  let login = '';
  for (let token = next(); token !== undefined; token = next()) {
    switch (token.word) {
      case 'machine':
        machine = next()?.word;
        login = '';
        break;
      case 'default':
        machine = 'default';
        login = '';
        break;
      case 'login':
        login = next()?.word ?? '';
        break;
      case 'account':
        next();
        break;
      case 'password': {
        const found = next();
        if (machine === undefined || found === undefined) return { line: lineAt(text, token.start) };
        leaves.push({ path: [machine, login], value: found.word, range: { start: found.start, end: found.end } });
        break;
      }
      case 'macdef': {
        const end = text.indexOf('\n\n', tokens.lastIndex);
        tokens.lastIndex = end < 0 ? text.length : end;
        break;
      }
      default: {
        if (!token.word.startsWith('#')) return { line: lineAt(text, token.start) };
        const newline = text.indexOf('\n', token.start);
        tokens.lastIndex = newline < 0 ? text.length : newline;
      }
    }
  }
  return leaves;
};
