import { createCredentialManager } from '../../src/adapters/credential-manager/credential-manager.ts';
import { BindingStandIn } from '../support/binding-stand-in.ts';
import { type KeptItem, windowsStandIn } from '../support/binding-stand-in-platforms.ts';
import { type CreateStore, openOver } from './harness.ts';

/** The one credential that is kept under an exact target. */
export const mine = { service: 'jsm', account: 'default' };

/** What Windows and its stand-in tell that target by: they ignore case. */
export const exact = 'JSM';

export const sizes = [0, 1, 2560, 2561, 10_000];

/** Keeps one credential under the target exactly `jsm`. */
const createJsm: CreateStore = (options) =>
  createCredentialManager({
    ...options,
    exactTargets: ({ service, account }) => (service === 'jsm' && account === 'default' ? 'jsm' : undefined),
  });

export function openJsm(items = new Map<string, KeptItem>()) {
  const standIn = new BindingStandIn(windowsStandIn, items);
  return { standIn, items, store: openOver(createJsm, standIn) };
}
