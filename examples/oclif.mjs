// A command of oclif: `login`, which stores the token that it reads from stdin. An oclif project has a file for each
// command; the base class is what they share.
//
//   printf %s "$TOKEN" | node oclif.mjs alice
import { text } from 'node:stream/consumers';
import { Args, Command, flush, handle } from '@oclif/core';
import { isCredentialError, openCredentialStore } from 'keystow';

/** The base class of commands with credentials: opens the store when it's first used, and closes it at the end. */
class CredentialCommand extends Command {
  #store;

  store() {
    this.#store ??= openCredentialStore({
      application: 'example-oclif',
      interactive: 'auto',
      onNotice: ({ message }) => this.warn(message),
    });
    return this.#store;
  }

  async catch(error) {
    if (!isCredentialError(error)) return super.catch(error);
    const suggestions = error.hint === undefined ? [] : [error.hint];
    this.error(error.message, { exit: error.code === 'keyring-required' ? 4 : 1, code: error.code, suggestions });
  }

  async finally(error) {
    await (await this.#store)?.close();
    return super.finally(error);
  }
}

class Login extends CredentialCommand {
  static description = 'store the token that is read from stdin';
  static args = { account: Args.string({ required: true }) };

  async run() {
    const { args } = await this.parse(Login);
    const store = await this.store();
    const { store: where } = await store.set('api.example.com', args.account, (await text(process.stdin)).trim());
    this.log(`stored in: ${where}`);
  }
}

await Login.run(process.argv.slice(2), import.meta.url).then(() => flush(), handle);
