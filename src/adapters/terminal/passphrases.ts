import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';
import type { PassphraseSource } from '../../ports/passphrase-source.ts';
import type { Terminal } from '../../ports/terminal.ts';

/** How often a prompt asks before it gives up. */
const maxAttempts = 3;

/** The passphrase from the environment: the same every time, so a second attempt makes no sense. */
export function passphraseFromEnvironment(
  passphrase: string,
  announce: () => void,
): Pick<PassphraseSource, 'open' | 'create'> {
  const give = givenOnce(passphrase, announce);
  return {
    open: async (attempt) => (attempt === 1 ? give() : undefined),
    create: async () => give(),
  };
}

/** The new passphrase from the environment. */
export function newPassphraseFromEnvironment(
  passphrase: string,
  announce: () => void,
): Pick<PassphraseSource, 'change'> {
  const give = givenOnce(passphrase, announce);
  return { change: async () => give() };
}

/** Announced when it is first given. */
function givenOnce(passphrase: string, announce: () => void): () => Secret {
  let announced = false;
  return () => {
    if (!announced) announce();
    announced = true;
    return new Secret(new TextEncoder().encode(passphrase));
  };
}

export interface PromptWording {
  /** Asks for the passphrase of a file that exists. */
  readonly open: string;
  /** Asks for a passphrase for a new file. */
  readonly create: string;
  /** Asks for a passphrase in place of the one that a file has. */
  readonly change: string;
  /** Asks for it once more. */
  readonly repeat: string;
  /** What to do where there is nobody to ask, for the passphrase or for a new one. */
  readonly hint: string;
  readonly changeHint: string;
}

/** The passphrase from whoever is at the terminal. */
export function passphraseFromTerminal(terminal: Terminal, wording: PromptWording): PassphraseSource {
  const ask = (question: string, hint = wording.hint) =>
    terminal.askHidden(question, { stayHidden: true }).catch((error: unknown) => {
      throw error instanceof CredentialError && error.code === 'passphrase-required'
        ? new CredentialError(error.code, error.message, { hint })
        : error;
    });
  const askTwice = async (question: string, hint?: string) => {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const passphrase = await ask(question, hint);
      if (passphrase.expose().length === 0) terminal.warn('the passphrase is empty, try again');
      else if (passphrase.equals(await ask(wording.repeat, hint))) return passphrase;
      else terminal.warn('the two are not the same, try again');
    }
    throw new CredentialError('cancelled', 'no passphrase was set');
  };
  return {
    async open(attempt) {
      if (attempt > maxAttempts) return undefined;
      if (attempt > 1) terminal.warn('wrong passphrase, try again');
      return ask(wording.open);
    },
    create: () => askTwice(wording.create),
    change: () => askTwice(wording.change, wording.changeHint),
    done: () => terminal.restoreEcho(),
  };
}
