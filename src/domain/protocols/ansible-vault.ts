import { CredentialError } from '../credential-error.ts';
import { formatName, toCredentialName } from '../credential-name.ts';
import { quoteNameForShell } from '../text/quote.ts';
import { errorsOnStderr, type Protocol, reply, replyError, requireText } from './protocol.ts';

interface VaultRequest {
  readonly label: string;
}

/** "The vault ID wasn't found" (ansible, `ClientScriptVaultSecret.VAULT_ID_UNKNOWN_RC`). Every other failure has another one. */
const unknownVaultId = 2;

/**
 * A client script of Ansible's vault ("Storing and accessing vault passwords", ansible documentation): prints the password of a
 * vault id, or of `default`. Ansible removes line breaks around a password.
 */
export const ansibleVault: Protocol<VaultRequest> = {
  name: 'ansible-vault',
  maxRequestBytes: 0,
  framing: () => 'none',
  parse({ args }) {
    const label = parseLabel(args);
    const name = toVaultName(label);
    return { kind: 'get', from: { names: [name] }, request: { label } };
  },
  outcomes: {
    found(credential, { label }) {
      const hint = `store another one: keystow set ${quoteNameForShell(toVaultName(label))}`;
      const password = requireText(credential, 'password', hint);
      if (password === '' || /^[\r\n]|[\r\n]$/.test(password)) {
        throw new CredentialError('failed', `the password of ${label} is empty, or has a line break at an end`, {
          hint,
        });
      }
      return reply(`${password}\n`);
    },
    notFound: ({ label }) =>
      replyError(
        new CredentialError('not-found', `${formatName(toVaultName(label))} was not found`, {
          hint: `store the password: keystow set ${quoteNameForShell(toVaultName(label))}`,
        }),
        unknownVaultId,
      ),
    expired: ({ label }, error) =>
      replyError(
        error ??
          new CredentialError('not-found', `the password of ${label} has expired`, {
            hint: `store another one: keystow set ${quoteNameForShell(toVaultName(label))}`,
          }),
        1,
      ),
    stored: () => reply(),
    erased: () => reply(),
    ...errorsOnStderr,
    badRequest: (error) => replyError(error, 1),
    // An invalid setting has the exit code 2 elsewhere.
    failed: (error) => replyError(error, 1),
  },
};

function toVaultName(label: string) {
  return toCredentialName('ansible-vault', label);
}

/** As Python's argparse, which Ansible's own examples use, accepts it. */
function parseLabel(args: readonly string[]): string {
  const [first, second, ...more] = args;
  const [, inline] = /^--vault-id=(.*)$/s.exec(first ?? '') ?? [];
  const label =
    first === undefined ? 'default' : first === '--vault-id' ? second : second === undefined ? inline : undefined;
  if (label === undefined || label === '' || more.length > 0) {
    throw new CredentialError('invalid-input', 'the arguments are not --vault-id and a label', {
      hint: 'pass --vault-id LABEL, or nothing for the label default',
    });
  }
  return label;
}
