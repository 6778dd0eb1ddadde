import { providerHarness } from '../secret-service/harness.ts';
import { missing, startGnomeKeyring } from '../support/gnome-keyring.ts';
import { contract } from './credential-store.contract.ts';

contract(providerHarness('secret-service', missing(), () => startGnomeKeyring('unlocked')));

// Items that have the attribute of an application besides.
contract(providerHarness('secret-service', missing(), () => startGnomeKeyring('unlocked'), { application: 'acme' }));
