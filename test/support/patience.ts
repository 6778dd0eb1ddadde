/** How long a test waits for what should happen at once. A busy machine may need a while; what takes longer is a failure. */
export const patienceMs = 100_000;
