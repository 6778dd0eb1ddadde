/** What tutorials and templates have in place of a secret, without punctuation, in lower case. */
const words = new Set([
  'changeme',
  'changeit',
  'example',
  'examplekey',
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
    /^(.)\1*$/su.test(text) ||
    text === '' ||
    bare === '' ||
    words.has(bare) ||
    /^x{3,}$|^(your|my|the|some|a|insert|enter|add|put|paste|replace)(?=.*(token|key|password|secret|here)$)[a-z]+$/.test(
      bare,
    ) ||
    /^(<[^<>]*>|\[[^[\]]*\]|\*+)$/.test(text) ||
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
