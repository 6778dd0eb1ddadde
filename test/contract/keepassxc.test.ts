import { providerHarness } from '../secret-service/harness.ts';
import { missing, startKeePassXC } from '../support/keepassxc.ts';
import { contract } from './credential-store.contract.ts';

contract(providerHarness('keepassxc', missing(), () => startKeePassXC('open')));

// Items that have the attribute of an application besides.
contract(providerHarness('keepassxc', missing(), () => startKeePassXC('open'), { application: 'acme' }));
