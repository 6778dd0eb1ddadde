/** What a user may ask for: the best store there is, an OS keyring or nothing, or the encrypted file. */
export const preferences = ['auto', 'keychain', 'file'] as const;

export type Preference = (typeof preferences)[number];

/** What the user asked for, as it was typed: judging it is row 1 of the choice. */
export interface Policy {
  readonly preference: string;
  readonly keyringDisabled: boolean;
}

export function isPreference(text: string): text is Preference {
  return (preferences as readonly string[]).includes(text);
}
