import type { Context } from '../../../app/context.ts';
import { decodeSecret } from '../../../app/credentials/get-credential.ts';
import { CredentialError } from '../../../domain/credential-error.ts';
import type { Cli } from '../../cli.ts';

/** The passphrase of an export, if `KEYSTOW_ALLOW_ENV_PASSPHRASE` is set. */
export const exportPassphraseVariable = 'KEYSTOW_EXPORT_PASSPHRASE';

const maxAttempts = 3;

/** Asks for a new passphrase twice, or takes it from the environment. */
export async function chooseExportPassphrase(cli: Cli, context: Context): Promise<string> {
  const given = readVariable(cli, context);
  if (given !== undefined) return given;
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const passphrase = await ask(cli, context, 'Choose a passphrase for the export:');
    if (passphrase === '') context.terminal.warn('the passphrase is empty, try again');
    else if (passphrase === (await ask(cli, context, 'Repeat the passphrase:'))) return passphrase;
    else context.terminal.warn('the passphrases do not match, try again');
  }
  throw new CredentialError('cancelled', 'no passphrase was set, so nothing was exported');
}

/** Calls `open` with a passphrase, up to three times while it's wrong, or with the one from the environment. */
export async function openWithPassphrase<T>(
  cli: Cli,
  context: Context,
  open: (passphrase: string) => Promise<T>,
): Promise<T> {
  const given = readVariable(cli, context);
  if (given !== undefined) return open(given);
  for (let attempt = 1; ; attempt++) {
    try {
      return await open(await ask(cli, context, 'Enter the passphrase of the export:'));
    } catch (error) {
      const isWrong = error instanceof CredentialError && error.code === 'wrong-passphrase';
      if (!isWrong || attempt === maxAttempts) throw error;
      context.terminal.warn('wrong passphrase, try again');
    }
  }
}

function readVariable({ environment }: Cli, { settings }: Context): string | undefined {
  return (settings.allowsEnvPassphrase && environment[exportPassphraseVariable]) || undefined;
}

async function ask(cli: Cli, { terminal, profile }: Context, question: string): Promise<string> {
  try {
    const secret = await terminal.askHidden(question, { signal: cli.signal });
    const text = decodeSecret(secret);
    if (text !== undefined) return text;
  } catch (error) {
    if (!(error instanceof CredentialError) || error.code !== 'passphrase-required') throw error;
    throw new CredentialError(error.code, 'there is no terminal to ask for the passphrase of the export', {
      hint: `set ${profile.variables.allowEnvPassphrase}=1 and ${exportPassphraseVariable}`,
    });
  }
  throw new CredentialError('invalid-input', 'the passphrase is not UTF-8 text', { hint: 'type another one' });
}
