import { mutateJson } from './mutate-json.ts';
import type { Random } from './random.ts';

/** No input gets longer than this, so that a run spends its time on many inputs. */
const maxBytes = 65_536;

const numbers = [0, 1, 2, 3, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];

/** Bytes that parsers treat specially. */
const tokens = [
  ...[
    '\0',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '=',
    '==',
    '%',
    '%00',
    '%zz',
    ':',
    ';',
    ',',
    '/',
    '//',
    '"',
    '\\',
    '{',
    '}',
    '[',
    ']',
  ],
  ...[
    '\\ud800',
    '\\u0000',
    '\u202e',
    '\u200b',
    '\ufeff',
    '\ufffd',
    '\u{1f511}',
    '__proto__',
    'constructor',
    'null',
    'true',
  ],
  ...[
    '-1',
    '1e999',
    '9007199254740993',
    '24:00:00.000Z',
    'unix:path=',
    'OK ',
    'REJECTED',
    'password=',
    'a{ss}',
    '(oayays)',
  ],
].map((text) => Buffer.from(text));

type Mutation = (bytes: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer;

const flipBit: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  const at = random.below(bytes.length);
  changed[at] = (changed[at] as number) ^ (1 << random.below(8));
  return changed;
};

const setByte: Mutation = (bytes, random) => {
  const changed = Buffer.from(bytes);
  changed[random.below(bytes.length)] = random.below(256);
  return changed;
};

/** Replaces four bytes, as a length would be stored, in either byte order. */
const setLength: Mutation = (bytes, random) => {
  if (bytes.length < 4) return bytes;
  const changed = Buffer.from(bytes);
  const at = random.below(Math.floor(bytes.length / 4)) * 4;
  const value = random.below(3) === 0 ? random.below(bytes.length + 8) : random.pick(numbers);
  if (random.below(2) === 0) changed.writeUInt32LE(value, at);
  else changed.writeUInt32BE(value, at);
  return changed;
};

const truncate: Mutation = (bytes, random) => bytes.subarray(0, random.below(bytes.length));

const remove: Mutation = (bytes, random) => {
  const start = random.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + 1 + random.below(16))]);
};

const repeat: Mutation = (bytes, random) => {
  const start = random.below(bytes.length);
  const part = bytes.subarray(start, start + 1 + random.below(64));
  const times = random.pick([1, 2, 8, 64]);
  return Buffer.concat([bytes.subarray(0, start), ...Array(times).fill(part), bytes.subarray(start)]);
};

const insertToken: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return Buffer.concat([bytes.subarray(0, at), random.pick(tokens), bytes.subarray(at)]);
};

/** Joins the start of the input and the end of another one. */
const splice: Mutation = (bytes, random, corpus) => {
  const other = random.pick(corpus);
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length + 1)),
    other.subarray(random.below(other.length + 1)),
  ]);
};

/** Replaces a number in the text. */
const setNumber: Mutation = (bytes, random) => {
  const found = [...bytes.toString('latin1').matchAll(/\d+/g)];
  if (found.length === 0) return bytes;
  const { index, 0: digits } = random.pick(found);
  const value = Buffer.from(`${random.pick(numbers)}`);
  return Buffer.concat([bytes.subarray(0, index), value, bytes.subarray(index + digits.length)]);
};

const mutations = [flipBit, setByte, setLength, truncate, remove, repeat, insertToken, splice, setNumber];

/** Returns an input of the corpus after up to six changes. Half of the inputs that are JSON stay JSON. */
export function mutate(corpus: readonly Buffer[], random: Random): Buffer {
  let bytes = random.pick(corpus);
  const staysJson = random.below(2) === 0;
  for (let left = 1 + random.below(6); left > 0; left -= 1) {
    const mutation = bytes.length === 0 ? insertToken : random.pick(mutations);
    const edited = staysJson ? mutateJson(bytes, random) : undefined;
    bytes = (edited ?? mutation(bytes, random, corpus)).subarray(0, maxBytes);
  }
  return bytes;
}
