import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';
import type { PassphraseSource, Terminal } from '../../ports/interaction.ts';

/** How often the user may try. */
const maxAttempts = 3;

/** Uses the passphrases that the program which embeds keystow has set in code. There's no second attempt. */
export function createPresetPassphrases({ current, next }: PresetPassphrases): Partial<PassphraseSource> {
  return {
    ...(current && {
      open: async (attempt) => (attempt === 1 ? copy(current) : undefined),
      create: async () => copy(current),
    }),
    ...(next && { change: async () => copy(next) }),
  };
}

/** The passphrase of the encrypted file, and the one to change to. */
export interface PresetPassphrases {
  readonly current?: Secret;
  readonly next?: Secret;
}

function copy(secret: Secret): Secret {
  return new Secret(Uint8Array.from(secret.expose()));
}

/** Uses the passphrase from the environment. There's no second attempt, because it would use the same passphrase. */
export function createEnvironmentPassphrase(
  passphrase: string,
  announce: () => void,
): Pick<PassphraseSource, 'open' | 'create'> {
  const getPassphrase = announceOnce(passphrase, announce);
  return {
    open: async (attempt) => (attempt === 1 ? getPassphrase() : undefined),
    create: async () => getPassphrase(),
  };
}

/** Uses the new passphrase from the environment. */
export function createEnvironmentNewPassphrase(
  passphrase: string,
  announce: () => void,
): Pick<PassphraseSource, 'change'> {
  const getPassphrase = announceOnce(passphrase, announce);
  return { change: async () => getPassphrase() };
}

/** Returns a function that returns the passphrase and calls `announce` the first time. */
function announceOnce(passphrase: string, announce: () => void): () => Secret {
  let announced = false;
  return () => {
    if (!announced) announce();
    announced = true;
    return new Secret(new Uint8Array(Buffer.from(passphrase)));
  };
}

export interface PromptTexts {
  /** Prompt for the passphrase of an existing file. */
  readonly open: string;
  /** Prompt for the passphrase of a new file. */
  readonly create: string;
  /** Prompt for a passphrase that replaces the file's current one. */
  readonly change: string;
  /** Prompt to type the new passphrase again. */
  readonly repeat: string;
  /** What to do if prompting for a passphrase is not possible. */
  readonly hint: string;
  /** The same for a passphrase that replaces the current one. */
  readonly changeHint: string;
}

/** Prompts for the passphrase at the terminal. */
export function createPassphrasePrompt(terminal: Terminal, wording: PromptTexts): PassphraseSource {
  const ask = (question: string, hint = wording.hint) =>
    terminal.askHidden(question, { stayHidden: true }).catch((error: unknown) => {
      throw error instanceof CredentialError && error.code === 'passphrase-required'
        ? new CredentialError(error.code, error.message, { hint })
        : error;
    });
  const askTwice = async (question: string, hint?: string) => {
    for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
      const passphrase = await ask(question, hint);
      if (passphrase.expose().length === 0)
        terminal.warn('the passphrase is empty, try again', undefined, 'passphrase-rejected');
      else if (passphrase.equals(await ask(wording.repeat, hint))) return passphrase;
      else terminal.warn('the passphrases do not match, try again', undefined, 'passphrase-rejected');
    }
    throw new CredentialError('cancelled', 'no passphrase was set');
  };
  return {
    async open(attempt) {
      if (attempt > maxAttempts) return undefined;
      if (attempt > 1) terminal.warn('wrong passphrase, try again', undefined, 'passphrase-rejected');
      return ask(wording.open);
    },
    create: () => askTwice(wording.create),
    change: () => askTwice(wording.change, wording.changeHint),
    done: () => terminal.restoreEcho(),
  };
}
