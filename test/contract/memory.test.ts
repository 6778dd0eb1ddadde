import { memoryHarness } from '../native/harness.ts';
import { contract } from './credential-store.contract.ts';

contract(memoryHarness());
