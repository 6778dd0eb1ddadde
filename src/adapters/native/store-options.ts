import type { Interaction } from '../../ports/interaction.ts';
import type { Exclusively } from '../files/lock.ts';
import type { Binding } from './binding.ts';
import { loadBinding } from './load-binding.ts';

export interface NativeStoreOptions {
  /** Called when the binding is first needed, and again at each use: cheap when it has been called before. */
  readonly loadBinding?: () => Binding;
  /** What the probe's sentinel is kept under for a moment: the application's own service. */
  readonly sentinelService: string;
  readonly interaction: Interaction;
  /** Keeps writers from each other, in this process and between processes. Readers need no lock. */
  readonly exclusively: Exclusively;
  /** How long the platform may take over one call where nobody can answer a dialog of its. */
  readonly limitMs?: number;
  /** How long a call may take before the user, where there is one, is told that the store waits for them. */
  readonly quietMs?: number;
}

export function withDefaults(options: NativeStoreOptions): Required<NativeStoreOptions> {
  return { loadBinding, limitMs: 2500, quietMs: 400, ...options };
}
