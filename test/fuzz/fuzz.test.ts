import { existsSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { targets } from './all-targets.ts';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { createInput, readCorpus } from './target.ts';

describe.each(targets)('the parser of untrusted input $name', (target) => {
  afterAll(() => target.close?.());

  test('throws only what it declares, and keeps its laws, for the corpus and its mutations', async () => {
    const corpus = readCorpus(target.name);
    expect(corpus.length).toBeGreaterThan(2);
    const count = target.name === 'bus-stream' ? fastOrSlow(50, 1_000) : fastOrSlow(500, 10_000);
    for (let seed = 0; seed < corpus.length + count; seed += 1) {
      const input = createInput(corpus, seed);
      try {
        await target.check(input);
      } catch (cause) {
        throw new Error(`seed ${seed} fails: ${input.toString('base64')}`, { cause });
      }
    }
  });
});

describe('the fuzzer', () => {
  const corpus = [Buffer.from('{"version":1,"names":["alice"]}'), Buffer.from([0x6c, 2, 1, 1, 0, 0, 0, 4])];
  const inputs = (start: number) =>
    Array.from({ length: 1_000 }, (_, index) => mutate(corpus, new Random(start + index)));

  test('makes the same inputs from the same seed, and others from another', () => {
    const first = Buffer.concat(inputs(7));
    expect(first.equals(Buffer.concat(inputs(7)))).toBe(true);
    expect(first.equals(Buffer.concat(inputs(90_000)))).toBe(false);
  });

  test('makes inputs that are still JSON, inputs that are cut off, and lengths that are too large', () => {
    const isJson = (text: string) => {
      try {
        return typeof JSON.parse(text) === 'object';
      } catch {
        return false;
      }
    };
    const made = inputs(1);
    const json = made.filter((input) => isJson(input.toString()));
    expect(new Set(json.map(String)).size).toBeGreaterThan(50);
    expect(json.some((input) => input.includes('"__proto__"'))).toBe(true);
    expect(made.some((input) => input.length > 5 && '{"version":1,"names"'.startsWith(input.toString()))).toBe(true);
    expect(made.some((input) => input.length === 8 && input.readUInt32LE(4) > 0xffff)).toBe(true);
  });

  test('has a folder of seeds for each parser', () => {
    for (const { name } of targets) expect(existsSync(`test/fuzz/corpus/${name}`), name).toBe(true);
  });
});
