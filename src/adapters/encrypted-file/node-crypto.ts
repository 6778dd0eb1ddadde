/** Node's ciphers, which take 2 ms to load: when they are first used, since what is beside them here is loaded by every read. */
export function nodeCrypto(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
