/** Longest text of a server that a message repeats, in UTF-16 code units. */
const maxLength = 300;

/** Longest text that is searched. */
const maxInputLength = 16 * 1024;

/**
 * Turns a server's text into one line of bounded length, without control characters and without these secrets, whatever
 * encoding the server repeats them in.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  return removeSecrets(text.slice(0, maxInputLength), secrets)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

function removeSecrets(text: string, secrets: readonly string[]): string {
  // The longest first, so that a secret within another one leaves nothing of the longer one behind.
  return [...new Set(secrets)]
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
    .flatMap(createPatterns)
    .reduce((rest, pattern) => rest.replaceAll(pattern, placeholder), text)
    .replaceAll(placeholder, '[secret]');
}

/** Stands for a removed secret until all are removed, because `[secret]` contains short secrets. Not a character of any text. */
const placeholder = '\u{fdd0}';

/** All are case-insensitive: programs change the case of escapes and of hexadecimal digits, and some of whole headers. */
function createPatterns(secret: string): RegExp[] {
  // RFC 6749 §2.3.1: the client secret is form-encoded before it is encoded in base64.
  const contents = [secret, encodeURIComponent(secret.toWellFormed()), encodeForm(secret), encodeFormStrictly(secret)];
  const patterns = [
    ...[2, 1, 0].map((depth) => createEscapedPattern(secret, depth)),
    ...new Set(contents.flatMap((content) => [createHexPattern(content), ...createBase64Patterns(content)])),
  ];
  return patterns.map((pattern) => new RegExp(pattern, 'giu'));
}

function encodeForm(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1);
}

/** Like openid-client: escapes all but letters and digits. Google's client secrets begin with `GOCSPX-`, for example. */
function encodeFormStrictly(text: string): string {
  return encodeForm(text).replace(/[-_.*]/g, (character) => `%${toHex(character.charCodeAt(0), 2).toUpperCase()}`);
}

/**
 * The credentials of Basic authentication, as openid-client sends them. They are a secret themselves: a server may repeat the
 * whole header in hexadecimal, for example.
 */
export function formatBasicCredentials(clientId: string, clientSecret: string): string {
  return Buffer.from(`${encodeFormStrictly(clientId)}:${encodeFormStrictly(clientSecret)}`).toString('base64');
}

/**
 * Each character by itself, or escaped for a URL (`%2B`, also several times: `%252B`), a form (`+`), or HTML (`&#43;`, `&#x2b;`,
 * `&amp;`), all within `depth` strings of JSON or JavaScript (`\u002b`, `\x2b`, `\/`).
 */
function createEscapedPattern(secret: string, depth: number): string {
  // Exact, so that backslashes can be divided among the characters in only one way: many ways take for ever to try.
  const perBackslash = 2 ** depth;
  const introducer = `\\\\{${Math.ceil(perBackslash / 2)}}`;
  return Array.from(secret, (character) => {
    const codePoint = character.codePointAt(0) as number;
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    const bytes = [...Buffer.from(character)];
    const itself = toAlternatives([
      escapePattern(character),
      bytes.map((byte) => `%(?:25)*${toHex(byte, 2)}`).join(''),
      `&#(?:0*${codePoint}|x0*${codePoint.toString(16)});`,
      plainEscapes.get(character),
    ]);
    const escaped = toAlternatives([
      units.map((unit) => `u${toHex(unit, 4)}`).join(introducer),
      `x${toHex(codePoint, 2)}`,
      jsonEscapes.get(character),
    ]);
    const quoted = character === '\\' ? `${itself}{${perBackslash}}` : `\\\\{0,${perBackslash - 1}}${itself}`;
    return toAlternatives([quoted, `${introducer}${escaped}`]);
  }).join('');
}

function toAlternatives(patterns: readonly (string | undefined)[]): string {
  return `(?:${patterns.filter((pattern) => pattern !== undefined).join('|')})`;
}

const jsonEscapes: ReadonlyMap<string, string> = new Map([
  ['\b', 'b'],
  ['\f', 'f'],
  ['\n', 'n'],
  ['\r', 'r'],
  ['\t', 't'],
]);

/** In a form, and in HTML. */
const plainEscapes: ReadonlyMap<string, string> = new Map([
  [' ', '\\+'],
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
]);

function createHexPattern(content: string): string {
  return Array.from(Buffer.from(content), (byte) => toHex(byte, 2)).join('[\\s:,-]?');
}

/** The fewest base64 characters that are a match: fewer occur in any text. */
const minBase64Length = 4;

/**
 * The secret at each of the three alignments within a longer text, such as after `client:`. The characters next to it
 * are part of the match, because they contain bits of the secret.
 */
function createBase64Patterns(content: string): string[] {
  const bytes = Buffer.from(content);
  return [0, 1, 2]
    .map((offset) => {
      const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
      const end = Math.floor(((offset + bytes.length) * 8) / 6);
      return encoded.slice(Math.ceil((offset * 8) / 6), end);
    })
    .filter((stable) => stable.length >= minBase64Length)
    .map((stable) => {
      const characters = Array.from(stable, (character) => base64Escapes.get(character) ?? character);
      return `${base64Neighbour}${characters.join('\\s*')}${base64Neighbour}`;
    });
}

/** Base64url uses other characters for two of them; in a URL, they are escaped. */
const base64Escapes: ReadonlyMap<string, string> = new Map([
  ['+', '(?:[+-]|%(?:25)*2b)'],
  ['/', '(?:\\\\{0,2}/|_|%(?:25)*2f)'],
]);

const base64Neighbour = '(?:[a-z0-9+/_=-]|%(?:25)*(?:2b|2f|3d))?';

function toHex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

function escapePattern(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
}
