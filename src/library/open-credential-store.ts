import { type Application, profileOf } from './application.ts';
import type { Person } from './bystander.ts';
import type { CredentialStore } from './credential-store.ts';
import { openProfile } from './open-profile.ts';

export interface OpenOptions extends Person {
  readonly application: Application;
  /** The variables that it reads, once: `process.env` unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Opens the credentials of an application. Nothing is read, asked or connected to yet but the variables: one that means
 * nothing → rejects with `invalid-setting`.
 *
 * Nothing is shared between two stores that are opened, and no global is read but `process`.
 */
export async function openCredentialStore(options: OpenOptions): Promise<CredentialStore> {
  return openProfile(profileOf(options.application), options);
}
