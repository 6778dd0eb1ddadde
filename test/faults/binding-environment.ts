import { createRequire } from 'node:module';
import type { BindingFault } from './binding-faults.ts';

export type Environment = Readonly<Record<string, string>>;

/**
 * What a program has in its environment to load a binding with this fault in place of the platform's own, by the variable
 * that `@napi-rs/keyring` has for that. A call that is never answered keeps a thread of the process, as a real one does.
 */
export function environmentWithFault({ stage, message }: Pick<BindingFault, 'stage' | 'message'>): Environment {
  return {
    NAPI_RS_NATIVE_LIBRARY_PATH: createRequire(import.meta.url).resolve('keystow/testing/native-library'),
    KEYSTOW_FAULTY_BINDING: JSON.stringify({ stage, message }),
  };
}
