import * as crypto from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { argon2idInWebAssembly } from '../../src/adapters/encrypted-file/argon2-worker.ts';
import { argon2id, deriveKey, hkdfSha256 } from '../../src/adapters/encrypted-file/kdf.ts';
import { decrypt, encrypt } from '../../src/adapters/encrypted-file/seal.ts';
import { recommendedCost } from '../../src/domain/envelope/key-derivation.ts';
import { needs } from '../support/needs.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
/** So many increasing bytes in hexadecimal. */
const counted = (from: number, count: number) =>
  Buffer.from(Array.from({ length: count }, (_, index) => from + index)).toString('hex');
const utf8 = (text: string) => new TextEncoder().encode(text);
const toHex = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString('hex');

describe('HKDF-SHA-256 returns the test vectors of RFC 5869, appendix A', () => {
  test.each([
    {
      vector: 'A.1',
      input: '0b'.repeat(22),
      salt: '000102030405060708090a0b0c',
      info: 'f0f1f2f3f4f5f6f7f8f9',
      bytes: 42,
      output: '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865',
    },
    {
      vector: 'A.2, longer inputs and outputs',
      input: counted(0x00, 80),
      salt: counted(0x60, 80),
      info: counted(0xb0, 80),
      bytes: 82,
      output:
        'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8' +
        '367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87',
    },
    {
      vector: 'A.3, neither salt nor info',
      input: '0b'.repeat(22),
      salt: '',
      info: '',
      bytes: 42,
      output: '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8',
    },
  ])('[EF34] $vector', ({ input, salt, info, bytes, output }) => {
    expect(toHex(hkdfSha256(hex(input), hex(salt), hex(info), bytes))).toBe(output);
  });
});

describe("argon2id returns the test vectors of the reference implementation's test.c", () => {
  const vectors = [
    {
      cost: { memoryKiB: 256, iterations: 2, parallelism: 1 },
      output: '9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe',
    },
    {
      cost: { memoryKiB: 256, iterations: 2, parallelism: 2 },
      output: '6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037',
    },
    {
      cost: { memoryKiB: 65_536, iterations: 2, parallelism: 1 },
      output: '09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7',
    },
  ];

  test.each(vectors)('$cost.memoryKiB KiB, parallelism $cost.parallelism', async ({ cost, output }) => {
    expect(toHex(await argon2id(utf8('password'), utf8('somesalt'), cost))).toBe(output);
  });

  test.each(vectors)('in WebAssembly: $cost.memoryKiB KiB, parallelism $cost.parallelism', async ({ cost, output }) => {
    expect(toHex(await argon2idInWebAssembly(utf8('password'), utf8('somesalt'), cost))).toBe(output);
  });

  const native = 'argon2' in crypto;
  test('Node and WebAssembly agree at the recommended cost', needs(native, 'argon2 in Node'), async () => {
    const salt = hex('00'.repeat(16));
    const both = [argon2id, argon2idInWebAssembly].map((derive) => derive(utf8('pässwörd 🔑'), salt, recommendedCost));
    const [node, wasm] = await Promise.all(both);
    expect(toHex(node)).toBe(toHex(wasm));
  });
});

describe('the key of a file', () => {
  test('[EF35] from home is HKDF over the path, with the format as info', async () => {
    const salt = Buffer.alloc(32, 7);
    const key = await deriveKey({ name: 'hkdf-sha256', salt: salt.toString('base64') }, utf8('/home/alice'));
    expect(toHex(key)).toBe(
      toHex(new Uint8Array(crypto.hkdfSync('sha256', '/home/alice', salt, 'keystow-credentials 1 aes-256-gcm', 32))),
    );
  });

  test('from a passphrase at the recommended cost is that of libargon2', async () => {
    const salt = Buffer.from('saltsaltsaltsalt').toString('base64');
    const key = await deriveKey({ name: 'argon2id', ...recommendedCost, salt }, utf8('correct horse battery staple'));
    expect(toHex(key)).toBe('a292bfd7695ec2bdb3e58a542ae7090945c04a290819837eaa3477bcbd9ef20a');
  });
});

describe('AES-256-GCM follows the examples of its specification', () => {
  const vectors = [
    {
      vector: 'test case 13 of the GCM specification: nothing to seal',
      key: '00'.repeat(32),
      nonce: '00'.repeat(12),
      plaintext: '',
      associated: '',
      ciphertext: '530f8afbc74536b9a963b4f1c4cb738b',
    },
    {
      vector: 'test case 14: no associated data',
      key: '00'.repeat(32),
      nonce: '00'.repeat(12),
      plaintext: '00'.repeat(16),
      associated: '',
      ciphertext: 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919',
    },
    {
      vector: 'test case 16: associated data',
      key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
      nonce: 'cafebabefacedbaddecaf888',
      plaintext:
        'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
      associated: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
      ciphertext:
        '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662' +
        '76fc6ece0f4e1768cddf8853bb2d551b',
    },
  ];

  test.each(vectors)('[EF36] $vector', ({ key, nonce, plaintext, associated, ciphertext }) => {
    expect(toHex(encrypt(hex(key), hex(nonce), hex(plaintext), hex(associated)))).toBe(ciphertext);
    expect(toHex(decrypt(hex(key), hex(nonce), hex(ciphertext), hex(associated)))).toBe(plaintext);
  });

  test.each(vectors)('opens nothing after one bit was altered: $vector', ({ key, nonce, associated, ciphertext }) => {
    for (let bit = 0; bit < ciphertext.length * 4; bit++) {
      const altered = hex(ciphertext);
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(decrypt(hex(key), hex(nonce), altered, hex(associated))).toBeUndefined();
    }
  });

  test('opens nothing with a shorter tag, which would be easier to forge', () => {
    for (const length of [4, 8, 12, 15])
      expect(() => decrypt(hex('00'.repeat(32)), hex('00'.repeat(12)), new Uint8Array(length), hex(''))).toThrow();
  });
});
