/** Every secret and passphrase in the tests of the programs contains one of these, so finding one means finding a secret. */
export const leakMarkers: readonly string[] = ['s3cret', 'token-of-', 'correct horse', 'horse battery'];

/** The markers of passphrases, which no other process may receive, not even through a pipe or a socket. */
export const passphraseMarkers: readonly string[] = ['correct horse', 'horse battery'];

/** Finds markers in bytes, in all usual encodings and at any position of a longer text. */
export class MarkerFinder {
  readonly #encodings: readonly (readonly [name: string, bytes: Buffer])[];

  constructor(markers: readonly (string | Uint8Array)[]) {
    this.#encodings = markers.flatMap((marker) => listEncodings(Buffer.from(marker)));
  }

  /** Returns the first match, such as `s3cret in hexadecimal`. */
  find(bytes: Buffer): string | undefined {
    return this.#encodings.find(([, encoded]) => bytes.includes(encoded))?.[0];
  }
}

function listEncodings(bytes: Buffer): [string, Buffer][] {
  const text = bytes.toString();
  const each = (separator: string, write: (byte: number) => string) => Array.from(bytes, write).join(separator);
  const digits = (byte: number) => byte.toString(16).padStart(2, '0');
  const escaped = (byte: number) => `%${digits(byte)}`;
  const encodings: [string, string | Buffer][] = [
    ['plain', bytes],
    // For bytes that are not UTF-8.
    ['plain', text],
    ['plain', bytes.toString('latin1')],
    ['in UTF-16', Buffer.from(text, 'utf16le')],
    ['in hexadecimal', each('', digits)],
    ['in hexadecimal', each('', digits).toUpperCase()],
    ['in hexadecimal', each(' ', digits)],
    ['as numbers', each(',', String)],
    ['as numbers', each(', ', String)],
    ['for a URL', encodeURIComponent(text)],
    ['for a URL', each('', escaped)],
    ['for a URL', each('', escaped).toUpperCase()],
    ['in a form', new URLSearchParams({ '': text }).toString().slice(1)],
    ['in JSON', JSON.stringify(text).slice(1, -1)],
    ...[text, encodeURIComponent(text), escapeAllButWords(text)].flatMap((content) =>
      [0, 1, 2].flatMap((offset): [string, string][] => {
        const base64 = findStableBase64(content === text ? bytes : Buffer.from(content), offset);
        return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')].map((encoded) => ['in base64', encoded]);
      }),
    ),
  ];
  return encodings.map(([name, encoded]) => [`${text} ${name}`, Buffer.from(encoded)]);
}

/** As OAuth libraries do before they encode a client secret in base64. */
function escapeAllButWords(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%20', '+')
    .replaceAll(/[-_.!~*'()]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Returns the part of a text's base64 that doesn't depend on the text around it, at `offset` bytes past a multiple of three. */
function findStableBase64(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = Math.floor((padded.length * 8) / 6);
  const firstWhole = Math.ceil((offset * 8) / 6);
  return padded.toString('base64').slice(firstWhole, whole);
}
