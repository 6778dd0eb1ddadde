/** Largest secret of one credential, in bytes. CRED_MAX_CREDENTIAL_BLOB_SIZE (5 × 512), wincred.h. */
export const maxItemBytes = 2560;
