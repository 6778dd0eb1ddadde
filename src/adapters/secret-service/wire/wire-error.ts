/** Bytes that the D-Bus specification's "Marshaling" does not allow, or more of them than are accepted here. */
export class WireError extends Error {}
