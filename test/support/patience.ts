/** How long tests wait for something that usually happens promptly. A busy machine may need a while. */
export const patienceMs = 100_000;
