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
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
}
