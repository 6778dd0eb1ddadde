import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';

/** A parser of untrusted input. Its seeds are the files in `corpus/NAME`. */
export interface FuzzTarget {
  readonly name: string;
  /**
   * Parses the input, and checks what must hold: that nothing but the declared error is thrown, and that what was parsed
   * comes back after it's serialised. Throws if it doesn't hold.
   */
  check(input: Buffer): void | Promise<void>;
  /** Releases what `check` has opened. */
  close?(): Promise<void>;
}

/** From the root of the repository, where npm runs scripts and vitest runs tests. */
const corpusFolder = resolve('test/fuzz/corpus');

export function readCorpus(name: string): readonly Buffer[] {
  const folder = join(corpusFolder, name);
  return readdirSync(folder)
    .sort()
    .map((file) => readFileSync(join(folder, file)));
}

/** Returns the input of a seed: first the files of the corpus as they are, then mutations. */
export function createInput(corpus: readonly Buffer[], seed: number): Buffer {
  return corpus[seed] ?? mutate(corpus, new Random(seed));
}

/** Calls `parse`. Returns `undefined` if it throws an error that `isDeclared` accepts; any other error is a finding. */
export function tryParse<T>(parse: () => T, isDeclared: (error: unknown) => boolean): T | undefined {
  try {
    return parse();
  } catch (error) {
    if (isDeclared(error)) return undefined;
    throw error;
  }
}
