/**
 * `keystow/testing`: stores that fail, for whoever keeps credentials and wants to know what becomes of it. It takes
 * Linux and dbus-daemon for a Secret Service, and nothing for a native binding; no test runner.
 */

export { missingSessionBus } from '../support/session-bus.ts';
export { type Environment, environmentWithFault } from './binding-environment.ts';
export { type BindingFault, bindingFaults } from './binding-faults.ts';
export type { Answer } from './bus-peer.ts';
export { type FakeBus, startFakeBus } from './fake-bus.ts';
export type { FakeProvider, FakeProviderOptions, Misdeed } from './fake-provider.ts';
export { type FaultyBinding, faultyBinding } from './faulty-binding.ts';
export { type StartedSecretService, secretServiceFaults, startSecretService } from './secret-service.ts';
