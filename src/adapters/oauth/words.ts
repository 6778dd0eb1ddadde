/** Longest text of a server that is passed on, in UTF-16 code units. */
const maxLength = 300;

/** What a server said, as one line of bounded length that drives no terminal and shows none of the secrets. */
export function oneLine(text: string, secrets: readonly string[] = []): string {
  return redact(text, secrets)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\s]+/gu, ' ')
    .trim()
    .slice(0, maxLength);
}

function redact(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(spellingsOf(secret), '[secret]'), text);
}

/** Matches a secret whichever of its characters are percent-encoded: addresses, forms and headers do not agree on them. */
function spellingsOf(secret: string): RegExp {
  const characters = Array.from(secret, (character) => {
    const plain = character === ' ' ? '[ +]' : character.replace(/[\\^$.*+?()[\]{}|]/, '\\$&');
    const encoded = Buffer.from(character).toString('hex').replaceAll(/../g, '%$&');
    return `(?:${plain}|${encoded})`;
  });
  return new RegExp(characters.join(''), 'gi');
}
