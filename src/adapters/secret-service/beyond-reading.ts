/** What the plain read of a secret does not take: loaded when something else is wanted. */
export { deleteCredential, getCredential, listCredentials, setCredential } from './credentials.ts';
export { newSentinel, tryOut } from './probe.ts';
