import { providerHarness } from '../secret-service/harness.ts';
import { missing, startKWallet } from '../support/kwallet.ts';
import { contract } from './credential-store.contract.ts';

contract(providerHarness('kwallet', missing(), () => startKWallet('open')));

// Items that have the attribute of an application besides.
contract(providerHarness('kwallet', missing(), () => startKWallet('open'), { application: 'acme' }));
