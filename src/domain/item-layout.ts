/**
 * Whose items a program's items in the Secret Service are like: those of `@napi-rs/keyring` and Python's keyring, which
 * are keystow's own, or keytar's. No program finds what is kept in the other layout. Other stores have but one.
 */
export const itemLayouts = ['keystow', 'keytar'] as const;

/** One of {@link itemLayouts}. */
export type ItemLayout = (typeof itemLayouts)[number];
