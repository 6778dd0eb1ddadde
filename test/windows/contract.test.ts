import { contract } from '../contract/credential-store.contract.ts';
import { credentialManagerNativeHarness, visibleTargetNativeHarness } from './harness.ts';

for (const harness of [credentialManagerNativeHarness(), visibleTargetNativeHarness()]) contract(harness);
