import type { Surroundings } from '../cli/surroundings.ts';
import { underWine } from '../support/under-wine.ts';
import { missing } from './missing.ts';
import { deleteByHand, OwnTargets } from './targets.ts';
import { breakCredentialManager } from './wine-registry.ts';

/** Why a transcript cannot be replayed here: one that says `with wine` has Credential Manager fail, as Windows' cannot. */
export function missingSurroundings(wanted: string | undefined): string | undefined {
  return missing ?? (wanted === 'wine' && !underWine ? 'Credential Manager fails at will under Wine only' : undefined);
}

/** The user's Credential Manager. Befalls it: `break`, `mend`, `delete TARGET`. */
export async function startSurroundings(): Promise<Surroundings> {
  const own = new OwnTargets();
  let mend = () => {};
  return {
    environment: {},
    async befall(event) {
      const [verb, target = ''] = event.split(' ');
      if (verb === 'break') mend = breakCredentialManager();
      else if (verb === 'mend') mend();
      else if (verb === 'delete') await deleteByHand(target);
      else throw new Error(`an event that nobody knows: ${event}`);
    },
    async stop() {
      mend();
      await own.removeAll();
    },
  };
}
