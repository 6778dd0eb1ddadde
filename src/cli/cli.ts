import type { Context } from '../app/context.ts';
import type { Profile } from '../domain/profile.ts';
import type { Services } from './services.ts';

/** What a command works with. */
export interface Cli {
  readonly profile: Profile;
  /** As the process was given it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly services: Services;
  /** Reads the settings and wires the stores. A setting that means nothing → rejects with its code. */
  context(options?: { readonly prompting?: boolean }): Context;
  /** Writes to stdout. */
  print(output: string | Uint8Array): Promise<void>;
  /** What the program will exit with, where that is not 0. */
  exitWith(code: number): void;
}
