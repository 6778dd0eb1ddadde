import { contract } from '../contract/credential-store.contract.ts';
import { exactTargetNativeHarness, nativeHarness } from './harness.ts';

for (const harness of [nativeHarness(), exactTargetNativeHarness()]) contract(harness);
