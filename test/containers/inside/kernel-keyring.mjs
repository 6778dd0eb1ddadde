// Keeps a credential in the kernel's keyring, as keystow never does. `set` does so, and all print what is kept, or null.
import { createRequire } from 'node:module';

const { Entry } = createRequire('/keystow/package.json')('@napi-rs/keyring');
const entry = new Entry('demo', 'alice', { linux: { store: 'keyutils' } });
if (process.argv[2] === 'set') entry.setPassword('s3cret');
process.stdout.write(String(entry.getPassword()));
