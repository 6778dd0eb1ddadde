import { join } from 'node:path';
import { test } from 'vitest';
import type { Daemons } from '../cli/daemons.ts';
import { readTranscripts, replay } from '../cli/replay.ts';
import { describeStore } from '../contract/require-stores.ts';
import { underWine } from '../support/under-wine.ts';
import { breakCredentialManager, deleteAsUser, missingCredentialManager, OwnTargets } from './credential-manager.ts';

for (const [file, transcript] of readTranscripts(join(import.meta.dirname, 'transcripts'))) {
  const { title, daemons } = transcript;
  describeStore(file, 'credential-manager-native', missingSurroundings(daemons), () => {
    test(title, () => replay(transcript, startSurroundings));
  });
}

/** Returns why a transcript cannot be replayed here. One with the line `with wine` makes Credential Manager fail. */
function missingSurroundings(wanted: string | undefined): string | undefined {
  return (
    missingCredentialManager ??
    (wanted === 'wine' && !underWine ? 'Credential Manager can be made to fail only under Wine' : undefined)
  );
}

/** Sets up the user's Credential Manager. Its events are `break`, `repair` and `delete TARGET`. */
async function startSurroundings(): Promise<Daemons> {
  const own = new OwnTargets();
  let repair = () => {};
  return {
    environment: {},
    async trigger(event) {
      const [verb, target = ''] = event.split(' ');
      if (verb === 'break') repair = breakCredentialManager();
      else if (verb === 'repair') repair();
      else if (verb === 'delete') await deleteAsUser(target);
      else throw new Error(`unknown event: ${event}`);
    },
    async stop() {
      repair();
      await own.removeAll();
    },
  };
}
