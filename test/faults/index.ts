/**
 * `keystow/testing`: stores that fail on purpose, for tests of programs that use credentials. Works with any test runner.
 * The Secret Service needs Linux and dbus-daemon; the native binding needs nothing.
 */

export { missingSessionBus } from '../support/session-bus.ts';
export { type BindingFault, bindingFaults, type Environment, environmentWithFault } from './binding-faults.ts';
export type { Answer } from './bus-peer.ts';
export { type FakeBus, startFakeBus } from './fake-bus.ts';
export type { FakeProvider, FakeProviderOptions, FaultyResponse } from './fake-provider.ts';
export { type FaultyBinding, faultyBinding } from './faulty-binding.ts';
export { createMemoryStore } from './memory.ts';
export { type StartedSecretService, secretServiceFaults, startSecretService } from './secret-service.ts';
