import { secretServiceHarness } from '../secret-service/harness.ts';
import { contract } from './credential-store.contract.ts';

contract(secretServiceHarness());
