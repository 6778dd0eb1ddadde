import { contract } from '../contract/credential-store.contract.ts';
import { passHarness } from './harness.ts';

contract(passHarness());
