/** Parts of the secrets and passphrases that tests of the programs use: where one is met, a secret is. */
export const telltales: readonly string[] = ['s3cret', 'token-of-', 'correct horse', 'horse battery'];

/** The ones of a passphrase, which goes to no other process, not even through a pipe or a socket. */
export const passphraseTelltales: readonly string[] = ['correct horse', 'horse battery'];

/** Finds a text or bytes among other bytes, in whichever usual spelling and wherever in a longer text it is. */
export class Finder {
  readonly #spellings: readonly (readonly [name: string, bytes: Buffer])[];

  constructor(soughts: readonly (string | Uint8Array)[]) {
    this.#spellings = soughts.flatMap((sought) => spellingsOf(Buffer.from(sought)));
  }

  /** What was found, such as `s3cret in hexadecimal`. */
  in(bytes: Buffer): string | undefined {
    return this.#spellings.find(([, spelling]) => bytes.includes(spelling))?.[0];
  }
}

function spellingsOf(bytes: Buffer): [string, Buffer][] {
  const text = bytes.toString();
  const each = (separator: string, write: (byte: number) => string) => Array.from(bytes, write).join(separator);
  const digits = (byte: number) => byte.toString(16).padStart(2, '0');
  const escaped = (byte: number) => `%${digits(byte)}`;
  const spellings: [string, string | Buffer][] = [
    ['plain', bytes],
    // As bytes are shown that are no text.
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
    ...[0, 1, 2].flatMap((offset): [string, string][] => {
      const base64 = base64Within(bytes, offset);
      return [base64, base64.replaceAll('+', '-').replaceAll('/', '_')].map((spelling) => ['in base64', spelling]);
    }),
  ];
  return spellings.map(([name, spelling]) => [`${text} ${name}`, Buffer.from(spelling)]);
}

/** What of a text's base64 is the same whatever stands around it, `offset` bytes after a multiple of three. */
function base64Within(bytes: Buffer, offset: number): string {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = Math.floor((padded.length * 8) / 6);
  const firstWhole = Math.ceil((offset * 8) / 6);
  return padded.toString('base64').slice(firstWhole, whole);
}
