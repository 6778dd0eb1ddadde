import { credentialManagerHarness, keychainHarness } from '../native/harness.ts';
import { contract } from './credential-store.contract.ts';

for (const harness of [keychainHarness(), credentialManagerHarness()]) contract(harness);
