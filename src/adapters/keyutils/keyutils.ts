import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import type { OperationOptions } from '../../ports/credential-store.ts';
import type { StoreProbe } from '../../ports/store-probe.ts';
import { throwIfAborted } from '../files/abort.ts';
import { factOf } from '../keyrings/fact-of.ts';
import { words } from '../keyrings/words.ts';
import type { Binding } from '../native/binding.ts';
import { loadBinding, needBinding } from '../native/load-binding.ts';

export interface KeyutilsOptions {
  readonly loadBinding?: () => Binding;
}

/**
 * Tells whether the Linux kernel's keyring is there, and writes no key. The binding finds that out when an entry that
 * is pinned to it is made: it looks up the session keyring and the user's persistent one, which the kernel makes, empty,
 * where there is none (KEYCTL_GET_PERSISTENT). seccomp may forbid that (`PermissionDenied`), or the kernel be without
 * keyrings (`Unknown(38)`, ENOSYS).
 */
export function createKeyutilsProbe({ loadBinding: load = loadBinding }: KeyutilsOptions = {}): StoreProbe {
  return {
    id: 'keyutils',
    async probe(options?: OperationOptions): Promise<ProbeResult> {
      throwIfAborted(options);
      try {
        const { AsyncEntry } = needBinding(load);
        return look(AsyncEntry);
      } catch (error) {
        return factOf(error);
      }
    },
  };
}

function look(AsyncEntry: Binding['AsyncEntry']): ProbeResult {
  try {
    new AsyncEntry('keystow', 'probe', { linux: { store: 'keyutils' } });
    return { kind: 'usable', persistence: 'until-reboot' };
  } catch (error) {
    return { kind: 'unsupported', reason: 'not-installed', evidence: { text: words(error) } };
  }
}
