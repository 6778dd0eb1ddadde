import { join } from 'node:path';
import { test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { missingDaemons, startDaemons } from './daemons.ts';
import { readTranscripts, replay } from './replay.ts';

for (const [file, transcript] of readTranscripts(join(import.meta.dirname, 'transcripts'))) {
  if (file.endsWith('.slow.txt') && !fastOrSlow(false, true)) continue;
  const { title, daemons } = transcript;
  const store = daemons === undefined ? 'file-home' : daemons === 'age' ? 'age' : 'secret-service';
  describeStore(file, store, missingDaemons(daemons), () => {
    test.concurrent(title, () => replay(transcript, () => startDaemons(daemons)));
  });
}
