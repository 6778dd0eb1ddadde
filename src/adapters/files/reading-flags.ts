import { constants } from 'node:fs';

/** A link at the end of the path fails to open, and a FIFO or a terminal does not make the open wait. */
export const readingFlags =
  constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
