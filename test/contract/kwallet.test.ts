import { kwalletHarness } from '../secret-service/kwallet-harness.ts';
import { contract } from './credential-store.contract.ts';

contract(kwalletHarness());
