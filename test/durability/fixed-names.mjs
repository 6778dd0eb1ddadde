import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

// strace picks calls by path, so the name of the temporary file must be known before the write: its 8 bytes are zeros.
const { randomBytes } = crypto;
crypto.randomBytes = (size, ...rest) => (size === 8 ? Buffer.alloc(8) : randomBytes(size, ...rest));
syncBuiltinESMExports();
