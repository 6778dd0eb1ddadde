import type { ProbeResult } from '../../domain/selection/probe-result.ts';
import { rootMessage } from '../../domain/text/messages.ts';
import type { OperationOptions, StoreProbe } from '../../ports/credential-store.ts';
import { throwIfAborted } from '../files/abort.ts';
import { toProbeResult } from '../keyrings/keyring.ts';
import { type Binding, loadBinding, requireBinding } from '../native/binding.ts';

export interface KeyutilsOptions {
  readonly loadBinding?: () => Binding;
}

/**
 * Probes the Linux kernel's keyring without writing a key. The binding detects it when it creates an entry for that
 * store: it looks up the session keyring and the user's persistent keyring, which the kernel creates, empty, if it does
 * not exist (KEYCTL_GET_PERSISTENT). seccomp may forbid that (`PermissionDenied`), or the kernel may have no keyrings
 * (`Unknown(38)`, ENOSYS).
 */
export function createKeyutilsProbe({ loadBinding: load = loadBinding }: KeyutilsOptions = {}): StoreProbe {
  return {
    id: 'keyutils',
    async probe(options?: OperationOptions): Promise<ProbeResult> {
      throwIfAborted(options);
      try {
        const { AsyncEntry } = requireBinding(load);
        return detectKeyring(AsyncEntry);
      } catch (error) {
        return toProbeResult(error);
      }
    },
  };
}

function detectKeyring(AsyncEntry: Binding['AsyncEntry']): ProbeResult {
  try {
    new AsyncEntry('keystow', 'probe', { linux: { store: 'keyutils' } });
    return { kind: 'usable', persistence: 'until-reboot' };
  } catch (error) {
    return { kind: 'unsupported', reason: 'not-installed', evidence: { text: rootMessage(error) } };
  }
}
