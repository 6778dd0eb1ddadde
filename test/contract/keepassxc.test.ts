import { keepassxcHarness } from '../secret-service/keepassxc-harness.ts';
import { contract } from './credential-store.contract.ts';

contract(keepassxcHarness());
