import { credentialManagerHarness, keychainHarness, visibleTargetHarness } from '../native/harness.ts';
import { contract } from './credential-store.contract.ts';

for (const harness of [keychainHarness(), credentialManagerHarness(), visibleTargetHarness()]) contract(harness);
