import { contract } from '../contract/credential-store.contract.ts';
import { exactTargetHarness } from './harness.ts';

contract(exactTargetHarness());
