import { fileHarness } from '../encrypted-file/harness.ts';
import { keySources } from '../encrypted-file/place.ts';
import { contract } from './credential-store.contract.ts';

for (const seal of keySources) contract(fileHarness(seal));
