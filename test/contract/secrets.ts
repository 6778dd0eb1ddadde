import { randomBytes } from 'node:crypto';
import { Secret } from '../../src/domain/secret.ts';

/** The latest secrets of a test file. Shorter ones occur by chance, and longer ones take long to search for. */
const lookedFor: Secret[] = [];
const [minBytes, maxBytes, maxCount] = [6, 4096, 64];

/** Secrets that no error, and nothing in it, may contain. */
export function secretsMade(): readonly Secret[] {
  return lookedFor;
}

/** A random secret, which doesn't occur by chance. */
export function freshSecret(bytes = 24): Secret {
  return made(randomBytes(bytes));
}

export function textSecret(text: string): Secret {
  return made(new Uint8Array(Buffer.from(text)));
}

function made(bytes: Uint8Array): Secret {
  const secret = new Secret(bytes);
  if (bytes.length < minBytes || bytes.length > maxBytes) return secret;
  lookedFor.push(secret);
  if (lookedFor.length > maxCount) lookedFor.shift();
  return secret;
}

/** Secrets that some stores are known to lose, truncate or change. */
export const troublesomeSecrets: readonly (readonly [string, () => Secret])[] = [
  ['no bytes', () => textSecret('')],
  ['one byte', () => textSecret('x')],
  ['one NUL', () => textSecret('\0')],
  ['NUL in the middle', () => textSecret('before\0after')],
  ['a trailing newline', () => textSecret('s3cret\n')],
  ['carriage return and newline', () => textSecret('s3cret\r\n')],
  ['only blanks', () => textSecret('   ')],
  ['bytes that are not UTF-8', () => new Secret(Uint8Array.of(0xff, 0xfe, 0x80, 0xc3, 0x28))],
  ['a byte order mark', () => new Secret(Uint8Array.of(0xef, 0xbb, 0xbf, 0x61))],
  ['every byte', () => new Secret(Uint8Array.from({ length: 256 }, (_, byte) => byte))],
  ['text beyond the basic plane', () => textSecret('pässwörd 🔑 漢字')],
  ['something that looks like JSON', () => textSecret('{"token":"s3cret"}')],
  ['2,560 bytes, the most that one Windows credential holds', () => freshSecret(2560)],
  ['2,561 bytes', () => freshSecret(2561)],
  ['64 KiB', () => freshSecret(64 * 1024)],
  ['1 MiB', () => freshSecret(1024 * 1024)],
];
