import { resolve } from 'node:path';
import type { Reason } from '../../src/domain/selection/probe-result.ts';
import { environmentWithFault } from './binding-environment.ts';
import { type BindingFault, bindingFaults } from './binding-faults.ts';
import type { Situation } from './situations.ts';

const asMacos = resolve(import.meta.dirname, '../containers/inside/as-macos.mjs');

/** By which people are told, in an error or where the file is used instead. A command sees no more of a fault than its code. */
const words: Readonly<Partial<Record<Reason, RegExp>>> = {
  'binding-missing': /native (module|binding)/,
  locked: /the Keychain is locked/,
  denied: /the dialog of the Keychain was dismissed|the Keychain refused access/,
  'not-running': /no Keychain is available|the Keychain is installed but not running/,
  'no-collection': /no default keychain/,
  ambiguous: /several items/,
  failed: /the Keychain failed/,
  'timed-out': /the Keychain did not answer/,
};

/** The Keychain, through a native binding that has a fault: one for each code. */
export const bindingSituations: readonly Situation[] = Object.entries(words).map(([code, words]) => {
  const fault = bindingFaults.find((fault) => fault.platform === 'darwin' && fault.code === code);
  if (fault === undefined) throw new Error(`no fault of the binding comes to ${code}`);
  return {
    name: fault.meaning,
    store: 'keychain',
    start: async () => ({ environment: environmentWith(fault), stop: async () => undefined }),
    reason: code as Reason,
    words,
    // Row 9 passes over in silence, and what is remembered stands in.
    ...(code === 'binding-missing' && {
      unaffected: /^(keystow list|git-credential-keystow store|docker-credential-keystow (store|list))$/,
    }),
    ...(fault.message === undefined && { hangs: true }),
  };
});

/** What has a program believe that it runs on macOS, and load a binding with this fault. */
function environmentWith(fault: BindingFault): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${asMacos}`,
    ...environmentWithFault(fault),
  };
}
