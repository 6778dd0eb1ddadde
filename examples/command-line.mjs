// A command-line tool that stores a token: `login`, `token`, `logout`, `doctor`.
//
//   printf %s "$TOKEN" | node command-line.mjs login alice
//   curl -H "Authorization: Bearer $(node command-line.mjs token alice)" …
import { text } from 'node:stream/consumers';
import { CredentialError, openCredentialStore } from 'keystow';

const service = 'api.example.com';
const [command, account = 'default'] = process.argv.slice(2);

const store = await openCredentialStore({
  application: 'example-cli',
  // If there's a user, a locked keyring may show its dialog.
  interactive: 'auto',
  onNotice: ({ message }) => console.error(message),
});

try {
  await run();
} catch (error) {
  if (!(error instanceof CredentialError)) throw error;
  console.error(`example-cli: ${error.message}`);
  if (error.hint !== undefined) console.error(`  hint: ${error.hint}`);
  process.exitCode = error.code === 'keyring-required' ? 4 : 1;
} finally {
  await store.close();
}

async function run() {
  switch (command) {
    case 'login': {
      const { store: where, skipped } = await store.set(service, account, (await text(process.stdin)).trim());
      console.log(`stored in: ${where}`);
      for (const { store, explanation, fix } of skipped) console.error(`${store}: ${explanation} (${fix})`);
      return;
    }
    case 'token': {
      const token = await store.getText(service, account);
      if (token === undefined) throw new CredentialError('not-signed-in', `nobody is signed in as ${account}`);
      process.stdout.write(token);
      return;
    }
    case 'logout': {
      const removed = await store.delete(service, account);
      console.log(removed.length > 0 ? `removed from: ${removed.join(', ')}` : 'nothing to remove');
      return;
    }
    case 'doctor': {
      const { storage } = await store.report();
      console.log([storage.label, ...storage.details].join('\n  '));
      return;
    }
    default:
      console.error('usage: command-line.mjs login|token|logout|doctor [ACCOUNT]');
      process.exitCode = 2;
  }
}
