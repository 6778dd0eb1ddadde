/** Parts of the secrets and passphrases that tests of the programs use: where one is met, a secret is. */
export const telltales: readonly string[] = ['s3cret', 'token-of-', 'correct horse', 'horse battery'];

/** The ones of a passphrase, which goes to no other process, not even through a pipe or a socket. */
export const passphraseTelltales: readonly string[] = ['correct horse', 'horse battery'];

/** Finds a text among bytes, in whichever usual spelling and wherever in a longer text it is. */
export class Finder {
  readonly #spellings: readonly (readonly [name: string, bytes: Buffer])[];

  constructor(texts: readonly string[]) {
    this.#spellings = texts.flatMap(spellingsOf);
  }

  /** What was found, such as `s3cret in hexadecimal`. */
  in(bytes: Buffer): string | undefined {
    return this.#spellings.find(([, spelling]) => bytes.includes(spelling))?.[0];
  }
}

function spellingsOf(text: string): [string, Buffer][] {
  const bytes = Buffer.from(text);
  const each = (write: (byte: number) => string) => Buffer.from(Array.from(bytes, write).join(''));
  const escaped = (byte: number) => `%${byte.toString(16).padStart(2, '0')}`;
  const spellings: [string, Buffer][] = [
    ['plain', bytes],
    ['in UTF-16', Buffer.from(text, 'utf16le')],
    ['in hexadecimal', Buffer.from(bytes.toString('hex'))],
    ['in hexadecimal', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['as numbers', each((byte) => `${byte},`).subarray(0, -1)],
    ['as numbers', each((byte) => `${byte}, `).subarray(0, -2)],
    ['for a URL', Buffer.from(encodeURIComponent(text))],
    ['for a URL', each(escaped)],
    ['for a URL', each((byte) => escaped(byte).toUpperCase())],
    ['in a form', Buffer.from(new URLSearchParams({ '': text }).toString().slice(1))],
    ['in JSON', Buffer.from(JSON.stringify(text).slice(1, -1))],
    ...[0, 1, 2].map((offset): [string, Buffer] => ['in base64', base64Within(bytes, offset)]),
  ];
  return spellings.map(([name, spelling]) => [`${text} ${name}`, spelling]);
}

/** What of a text's base64 is the same whatever stands around it, `offset` bytes after a multiple of three. */
function base64Within(bytes: Buffer, offset: number): Buffer {
  const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
  const whole = Math.floor((padded.length * 8) / 6);
  const firstWhole = Math.ceil((offset * 8) / 6);
  return Buffer.from(padded.toString('base64').slice(firstWhole, whole));
}
