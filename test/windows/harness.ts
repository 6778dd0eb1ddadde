import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import type { Harness } from '../contract/harness.ts';
import { type CreateStore, createWithVisibleTargets } from '../native/harness.ts';
import { missing } from './missing.ts';
import { Place } from './place.ts';

/** The Credential Manager of this Windows, for the contract. */
export function nativeHarness(): Harness {
  return harnessOf('credential-manager-native', createCredentialManager);
}

/** Some names have a visible target. */
export function visibleTargetNativeHarness(): Harness {
  return harnessOf('credential-manager-native-visible-target', createWithVisibleTargets);
}

function harnessOf(name: string, create: CreateStore): Harness {
  let current: Place | undefined;
  const place = () => {
    if (current === undefined) throw new Error('not started');
    return current;
  };
  const open = async () => place().open(create);
  return {
    name,
    ...(missing !== undefined && { missing }),
    async start() {
      current = new Place();
    },
    stop: () => place().clear(),
    open,
    probe: open,
    contents: () => place().own.contents(),
  };
}
