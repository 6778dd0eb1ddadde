import { defineConfig, type RolldownOptions } from 'rolldown';
import { rawText } from './raw-text.ts';

const tools = { bench: 'bench/main.ts', fuzz: 'test/fuzz/main.ts' };

/** The benchmark and the fuzzer, a bundle each. */
export default defineConfig(
  Object.entries(tools).map(
    ([name, input]): RolldownOptions => ({
      input,
      platform: 'node',
      external: ['@napi-rs/keyring', 'open', 'rolldown'],
      plugins: [rawText],
      output: { dir: `dist/${name}`, format: 'esm' },
      logLevel: 'silent',
    }),
  ),
);
