import { createRequire } from 'node:module';
import { CredentialError } from '../../domain/credential-error.ts';
import { words } from '../keyrings/words.ts';
import type { Binding } from './binding.ts';

/** Loads the native module, by `require`: an `import` of CommonJS has Node parse it for its exports first. */
export function loadBinding(): Binding {
  return createRequire(import.meta.url)('@napi-rs/keyring') as Binding;
}

/** Loads with `load`. Throws `binding-missing`, with the first of the reasons that `load` gives. */
export function needBinding(load: () => Binding): Binding {
  try {
    return load();
  } catch (cause) {
    const message = `the native module for the OS keyring cannot be loaded: ${words(cause)}`;
    const hint = 'install again with optional dependencies, on the machine where it is to run';
    throw new CredentialError('binding-missing', message, { hint, cause });
  }
}
