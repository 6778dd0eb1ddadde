import type { CredentialName } from '../credential-name.ts';
import type { Edit } from '../formats/edits.ts';
import { isFault, type Leaf, type LeafReader, type Range } from '../formats/leaf.ts';
import type { ToolId } from '../setup/setup-tool.ts';
import { decodePercent } from '../text/encodings.ts';
import { lineAt } from '../text/lines.ts';
import type { FileFormat, KnownFile, SecretKind, SecretRule } from './known-file.ts';
import type { Lookup } from './lookup.ts';

/** A secret in plain text. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  readonly kind: SecretKind;
  /** Which of the file's credentials it is, for people: a host and user, a profile, or the keys that lead to it. No secret. */
  readonly subject: string;
  readonly secret: RedactedSecret;
  /** The value that it's in. */
  readonly leaf: Leaf;
  /** The secret as it's written: the value, or the password in a URL. */
  readonly range: Range;
}

/** What may be shown of a secret. */
export interface RedactedSecret {
  /** Its first characters: at most four, and at most an eighth of it. */
  readonly start: string;
  /** In characters. `undefined` for less than 8: a length that short would help to guess it. */
  readonly length: number | undefined;
}

/** What decides under which name a tool asks. */
export interface ToolConfiguration {
  /** git: whether it asks with the path of a URL, or only with its host (`credential.useHttpPath`). */
  readonly usesPaths: boolean;
  /** cargo: the URL of each registry's index, by name. */
  readonly registries: ReadonlyMap<string, string>;
}

/** A file with findings, as {@link listMovable} needs it. */
export interface MoveSource {
  /** The tool's id. */
  readonly tool: string;
  readonly format: FileFormat;
  readonly text: string;
  readonly leaves: readonly Leaf[];
  readonly findings: readonly Finding[];
  readonly configuration: ToolConfiguration;
}

/** A credential of a file that its tool can get back from keystow. */
export interface MovableCredential {
  /** The findings that it consists of. */
  readonly findings: readonly Finding[];
  /** Where keystow's helper for the tool looks for it. */
  readonly name: CredentialName;
  /** The text to store. Never shown. */
  readonly secret: string;
  readonly setup: { readonly tool: ToolId; readonly target?: string };
  readonly removal: Removal;
  /** How the tool asks for it. */
  readonly lookup: Lookup;
}

type Removal = { readonly leaves: readonly Leaf[]; readonly what: 'entry' | 'owner' } | { readonly edit: Edit };

type Inspection =
  | { readonly status: 'read'; readonly findings: readonly Finding[]; readonly leaves: readonly Leaf[] }
  /** The file isn't in the format that its name promises. */
  | { readonly status: 'invalid'; readonly line: number };

/** Finds the secrets in the text of a known file. */
export function inspectText(text: string, read: LeafReader, { secrets }: Pick<KnownFile, 'secrets'>): Inspection {
  const leaves = read(text);
  if (isFault(leaves)) return { status: 'invalid', line: leaves.line };
  const findings = leaves.flatMap((leaf) => {
    const rule = secrets.find(({ path }) => matchesPath(path, leaf.path));
    return rule === undefined ? [] : findSecrets(text, leaf, rule);
  });
  return { status: 'read', leaves, findings };
}

function findSecrets(text: string, leaf: Leaf, { kind }: SecretRule): Finding[] {
  return findRanges(text, leaf, kind).flatMap((range): Finding[] => {
    const isWhole = range === leaf.range;
    const written = text.slice(range.start, range.end);
    // What isn't UTF-8 is in another encoding, and no less a secret.
    const secret = isWhole ? leaf.value : (decodePercent(written) ?? written);
    if (isPlaceholder(secret)) return [];
    const line = lineAt(text, range.start);
    return [{ line, kind, subject: describeSubject(leaf, secret), secret: redact(secret), leaf, range }];
  });
}

function findRanges(text: string, leaf: Leaf, kind: SecretKind): readonly Range[] {
  switch (kind) {
    case 'password in a URL':
      return findPasswords(text, leaf);
    case 'Authorization header':
      return findHeaderValue(text, leaf);
    default:
      return [leaf.range];
  }
}

/** A header of git has its name before a colon; only some headers are secret. The scheme isn't. */
function findHeaderValue(text: string, { range }: Leaf): Range[] {
  const written = text.slice(range.start, range.end);
  const [before, name] = /^(?:([\w-]+):\s*)?(?:(?:basic|bearer|token)\s+)?/i.exec(written) ?? [''];
  if (name !== undefined && !/auth|token|key|secret|cookie/i.test(name)) return [];
  return [{ start: range.start + before.length, end: range.end }];
}

/** `user:password@` or a long token alone, in each of the URLs of a value. */
function findPasswords(text: string, { range }: Leaf): Range[] {
  const written = text.slice(range.start, range.end);
  const pattern = /:\/\/(?:[^\s:@/]*:([^\s@/]+)|([^\s:@/]{20,}))@/g;
  return [...written.matchAll(pattern)].map(({ index, 0: whole, 1: password, 2: alone = '' }) => {
    const length = (password ?? alone).length;
    const end = range.start + index + whole.length - 1;
    return { start: end - length, end };
  });
}

/** The keys, unless they contain the secret: the section of a git configuration may be a URL. */
function describeSubject({ path }: Leaf, secret: string): string {
  const keys = path.map((key) => key.replace(/\/\/[^/@]*@/, '//'));
  return keys.filter((key) => !key.includes(secret)).join(' ');
}

/** Shows no more than an eighth of a secret, so that nobody can guess the rest. */
export function redact(secret: string): RedactedSecret {
  const characters = [...secret];
  const shown = Math.min(4, Math.floor(characters.length / 8));
  return {
    start: characters.length < 16 ? '' : characters.slice(0, shown).join(''),
    length: characters.length < 8 ? undefined : characters.length,
  };
}

/** Whether the keys of a leaf match the path of a {@link SecretRule}. */
export function matchesPath(rule: string, path: readonly string[]): boolean {
  const parts = rule.split(' ');
  if (parts[0] === '**') return true;
  return parts.length === path.length && parts.every((part, index) => matchesKey(part, path[index] ?? ''));
}

function matchesKey(part: string, key: string): boolean {
  return part.split('|').some((name) => {
    if (name === '*') return true;
    // `*:_authToken` of npm, whose keys begin with a registry.
    return name.startsWith('*:') ? key.endsWith(name.slice(1)) : key === name;
  });
}

/** What tutorials and templates have in place of a secret, without punctuation, in lower case. */
const words = new Set([
  'changeme',
  'changeit',
  'fixme',
  'todo',
  'none',
  'null',
  'undefined',
  'nil',
  'true',
  'false',
  'empty',
  'placeholder',
  'redacted',
  'removed',
  'hidden',
  'secret',
  'password',
  'passwd',
  'token',
  'apikey',
  'dummy',
  'foobar',
  'replaceme',
  'insertyourtokenhere',
]);

/**
 * Returns whether a value stands for a secret without being one:
 *
 * - nothing, one repeated character, a word such as `changeme`, `YOUR_TOKEN`, `<token>`, the keys of AWS's documentation
 * - a variable: `${TOKEN}`, `$TOKEN`, `%TOKEN%`, `{{ token }}`, `$(command)`
 * - a reference to another store: `op://vault/item`, `keystow://service/account`
 */
export function isPlaceholder(value: string): boolean {
  // Some formats have no quotation marks, so people's are part of the value.
  const text = value
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim();
  // With other punctuation, it's a password that contains a word.
  const bare = /^[\w\s.<>[\]{}*/-]*$/.test(text) ? text.toLowerCase().replace(/[^a-z\d]/g, '') : text;
  return (
    // Nothing, or one character, perhaps in groups.
    /^(.?)\1*$/su.test(bare) ||
    words.has(bare) ||
    /^(your|my|the|some|a|insert|enter|add|put|paste|replace)[a-z]*(token|key|password|secret|here)$/.test(bare) ||
    /^(<[^<>]*>|\[[^[\]]*\])$/.test(text) ||
    /example(key)?$/.test(bare) ||
    isReference(text)
  );
}

/** A variable must be the whole value, apart from a scheme such as `Bearer`: a password may contain a dollar sign. */
function isReference(text: string): boolean {
  return (
    /^(?:(?:bearer|basic|token)\s+)?(?:\$\{[^{}]+\}|\$\([^()]*\)|\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\{\{[^{}]*\}\}|\$\{\{[^{}]*\}\})$/i.test(
      text,
    ) || /^[a-z][a-z\d+.-]*:\/\/[^:@/]+\/[^@]*$/i.test(text)
  );
}
