/**
 * Largest secret of one item, in bytes. Apple documents no limit for the file-based keychain, where the binding keeps
 * its items; securityd's other keychain calls 4 KiB "extremely luxurious" (SecDbKeychainItem), and programs are known
 * to keep 20 KB in one item of this one. What is larger than this goes in pieces, so that nothing depends on it.
 */
export const maxItemBytes = 64 * 1024;
