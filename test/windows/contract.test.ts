import { contract } from '../contract/credential-store.contract.ts';
import { nativeHarness, visibleTargetNativeHarness } from './harness.ts';

for (const harness of [nativeHarness(), visibleTargetNativeHarness()]) contract(harness);
