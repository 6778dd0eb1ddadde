import { CredentialError } from '../credential-error.ts';
import { type CredentialName, toCredentialName } from '../credential-name.ts';
import { isObject, parseJson } from '../text/encodings.ts';
import { parseStrictJson } from '../text/strict-json.ts';
import {
  errorsOnStderr,
  type Protocol,
  type ProtocolStep,
  reply,
  replyError,
  replyJson,
  requireText,
} from './protocol.ts';

interface TerraformRequest {
  readonly host: string;
}

/**
 * Terraform's credentials helpers (hashicorp/terraform-svchost, auth/helper_program.go), which OpenTofu uses too: `get HOST`,
 * `store HOST` with a JSON object on stdin, and `forget HOST`. Terraform shows what a helper that fails prints to stderr.
 */
export const terraform: Protocol<TerraformRequest> = {
  name: 'terraform',
  maxRequestBytes: 1024 * 1024,
  framing: ([verb]) => (verb === 'store' ? 'all' : 'none'),
  parse({ args, text }) {
    const [verb, given, ...more] = args;
    if (given === undefined || more.length > 0) return rejectUsage();
    const host = toTerraformHost(given);
    const name = toTerraformName(host);
    const request = { host };
    switch (verb) {
      case 'get':
        return { kind: 'get', from: { names: [name] }, request };
      case 'store':
        return { kind: 'store', name, secret: toStoredCredentials(text), request };
      case 'forget':
        return { kind: 'erase', from: { names: [name] }, request };
      default:
        return rejectUsage();
    }
  },
  outcomes: {
    found: (credential, { host }) =>
      replyJson(parseCredentials(requireText(credential, 'token', `log in again: terraform login ${host}`))),
    notFound: () => replyJson({}),
    expired: ({ host }, error) =>
      replyError(
        error ??
          new CredentialError('not-found', `the token for ${host} has expired`, { hint: `terraform login ${host}` }),
        1,
      ),
    stored: () => reply(),
    // A host without credentials is nothing unusual.
    erased: () => reply(),
    ...errorsOnStderr,
    badRequest: (error) => replyError(error, 1),
  },
};

export function toTerraformName(host: string): CredentialName {
  return toCredentialName(`terraform:${host}`, 'token');
}

/**
 * The form of a host in which Terraform passes and compares it (terraform-svchost, `ForComparison`): in lower case, and with a
 * port unless that is 443. Terraform has converted other letters to ASCII (RFC 5891), and rejects hosts in another form, so
 * those are `invalid-input`.
 */
export function toTerraformHost(given: string): string {
  const [, host = '', port] = /^([^:]*)(?::(\d{1,9}))?$/.exec(given) ?? [];
  if (host === '') return invalidHost('pass a host, with a port or without, and no URL');
  if (!/^[\x21-\x7e]*$/.test(host)) return invalidHost('write the host in ASCII: its letters as xn--…');
  const number = port === undefined ? 443 : Number(port);
  if (number > 65_535) return invalidHost('use a port up to 65535');
  const labels = host.toLowerCase().split('.');
  // A final dot is part of a host name.
  const isValid = labels.every(
    (label, index) => /^[a-z\d]([a-z\d-]*[a-z\d])?$/.test(label) || isFinalDot(labels, index),
  );
  if (!isValid) return invalidHost('check its spelling');
  return labels.join('.') + (number === 443 ? '' : `:${number}`);
}

function isFinalDot(labels: readonly string[], index: number): boolean {
  return labels[index] === '' && index > 0 && index === labels.length - 1;
}

function invalidHost(hint: string): never {
  throw new CredentialError('invalid-input', 'the host is not valid', { hint });
}

/**
 * What to store: the token alone, so that a user can also store one by hand. An object with anything else, and a token that could
 * be taken for such an object, is stored as JSON.
 */
function toStoredCredentials(text: string): string {
  const credentials = parseStrictJson(text);
  const { token, ...rest } = credentials ?? invalidCredentials('the credentials on stdin are not a JSON object');
  if (token === '') return invalidCredentials('the token is empty, so nothing was stored');
  const isToken = typeof token === 'string' && Object.keys(rest).length === 0 && !isObject(parseJson(token));
  if (Object.keys(credentials ?? {}).length === 0) return invalidCredentials('the credentials on stdin are empty');
  return isToken ? token : JSON.stringify(credentials);
}

function invalidCredentials(message: string): never {
  throw new CredentialError('invalid-input', message, { hint: 'pass an object such as {"token":"…"}' });
}

function parseCredentials(text: string): unknown {
  const credentials = parseJson(text);
  return isObject(credentials) ? credentials : { token: text };
}

function rejectUsage(): ProtocolStep<TerraformRequest> {
  throw new CredentialError('invalid-input', 'the arguments are not get, store or forget, and a host', {
    hint: 'terraform-credentials-keystow get app.terraform.io',
  });
}
