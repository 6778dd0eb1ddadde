/** Longest text of a server that a message repeats, in UTF-16 code units. */
const maxLength = 300;

/** Turns a server's text into one line of bounded length, without control characters and without these secrets. */
export function redact(text: string, secrets: readonly string[] = []): string {
  return removeSecrets(text, secrets)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

function removeSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(toPattern(secret), '[secret]'), text);
}

/** Matches a secret in every percent-encoding: URLs, forms and headers each encode different characters. */
function toPattern(secret: string): RegExp {
  const characters = Array.from(secret, (character) => {
    const plain = character === ' ' ? '[ +]' : character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    const encoded = Buffer.from(character).toString('hex').replaceAll(/../g, '%$&');
    return `(?:${plain}|${encoded})`;
  });
  return new RegExp(characters.join(''), 'gi');
}
