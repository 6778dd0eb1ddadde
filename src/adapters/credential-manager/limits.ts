/** Largest secret of one credential, in bytes. CRED_MAX_CREDENTIAL_BLOB_SIZE (5 × 512), wincred.h. */
export const maxItemBytes = 2560;

/**
 * Longest target that is used, in characters. Windows takes 32,767 of them and 513 in a user name
 * (CRED_MAX_GENERIC_TARGET_NAME_LENGTH and CRED_MAX_USERNAME_LENGTH, wincred.h); Wine keeps a target in the name of a
 * registry key, which leaves 247.
 */
export const maxTargetLength = 240;
