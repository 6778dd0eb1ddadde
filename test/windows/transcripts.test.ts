import { join } from 'node:path';
import { test } from 'vitest';
import { replay, transcriptsIn } from '../cli/replay.ts';
import { describeStore } from '../contract/require-stores.ts';
import { missingSurroundings, startSurroundings } from './surroundings.ts';

for (const [file, transcript] of transcriptsIn(join(import.meta.dirname, 'transcripts'))) {
  const { title, surroundings } = transcript;
  describeStore(file, 'credential-manager-native', missingSurroundings(surroundings), () => {
    test(title, () => replay(transcript, startSurroundings));
  });
}
