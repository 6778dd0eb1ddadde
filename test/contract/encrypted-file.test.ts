import { fileHarness } from '../encrypted-file/harness.ts';
import { seals } from '../encrypted-file/place.ts';
import { contract } from './credential-store.contract.ts';

for (const seal of seals) contract(fileHarness(seal));
