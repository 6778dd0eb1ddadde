import { join } from 'node:path';
import { test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { replay, transcriptsIn } from './replay.ts';
import { missingSurroundings, startSurroundings } from './surroundings.ts';

for (const [file, transcript] of transcriptsIn(join(import.meta.dirname, 'transcripts'))) {
  const { title, surroundings } = transcript;
  const store = surroundings === undefined ? 'file-home' : 'secret-service';
  describeStore(file, store, missingSurroundings(surroundings), () => {
    test(title, () => replay(transcript, () => startSurroundings(surroundings)), 120_000);
  });
}
