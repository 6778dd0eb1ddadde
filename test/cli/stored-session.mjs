// node stored-session.mjs get|expire: prints jsm's stored sign-in, or makes its access token expire. As jsm itself: no other
// application can open its encrypted file.
import { openCredentialStore } from '../../dist/esm/index.mjs';

const application = { name: 'jsm', variablePrefix: 'JSM' };
const store = await openCredentialStore({ application });
const text = (await store.getText('jsm', 'default')) ?? '';
if (process.argv[2] === 'get') process.stdout.write(text);
else await store.set('jsm', 'default', text.replace(/"expiresAt":"[^"]*"/, '"expiresAt":"2020-01-01T00:00:00.000Z"'));
await store.close();
