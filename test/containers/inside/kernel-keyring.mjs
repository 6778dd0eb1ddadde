// Prints the credential in the kernel keyring, or null. `set` stores one first, which keystow itself never does.
import { createRequire } from 'node:module';

const { Entry } = createRequire('/keystow/package.json')('@napi-rs/keyring');
const entry = new Entry('demo', 'alice', { linux: { store: 'keyutils' } });
if (process.argv[2] === 'set') entry.setPassword('s3cret');
process.stdout.write(String(entry.getPassword()));
