// A command-line tool with commander: `login`, `token`, `logout`, `doctor`.
//
//   printf %s "$TOKEN" | node commander.mjs login alice
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { isCredentialError, openCredentialStore } from 'keystow';

const service = 'api.example.com';

/** Runs `work` with the store, and reports its errors as commander does. */
function withStore(work) {
  return async (...args) => {
    const store = await openCredentialStore({
      application: 'example-commander',
      interactive: 'auto',
      onNotice: ({ message, hint }) => console.error(hint === undefined ? message : `${message}\n  hint: ${hint}`),
    });
    try {
      await work(store, ...args);
    } catch (error) {
      if (!isCredentialError(error)) throw error;
      const hint = error.hint === undefined ? '' : `\n  hint: ${error.hint}`;
      program.error(`${error.message}${hint}`, { exitCode: error.code === 'keyring-required' ? 4 : 1 });
    } finally {
      await store.close();
    }
  };
}

const program = new Command('example');

program
  .command('login <account>')
  .description('store the token that is read from stdin')
  .action(
    withStore(async (store, account) => {
      const { store: where } = await store.set(service, account, (await text(process.stdin)).trim());
      console.log(`stored in: ${where}`);
    }),
  );

program
  .command('token <account>')
  .description('print the token')
  .action(
    withStore(async (store, account) => {
      const token = await store.getText(service, account);
      if (token === undefined) program.error(`nobody is signed in as ${account}`);
      process.stdout.write(token);
    }),
  );

program
  .command('logout <account>')
  .description('remove the token')
  .action(
    withStore(async (store, account) => {
      const removed = await store.delete(service, account);
      console.log(removed.length > 0 ? `removed from: ${removed.join(', ')}` : 'nothing to remove');
    }),
  );

program
  .command('doctor')
  .description('report where the token is, and why')
  .action(
    withStore(async (store) => {
      const { storage } = await store.report();
      console.log([storage.label, ...storage.details].join('\n  '));
    }),
  );

await program.parseAsync();
