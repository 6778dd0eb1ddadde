import { CredentialError } from '../credential-error.ts';
import { toCredentialName } from '../credential-name.ts';
import { isObject } from '../text/encodings.ts';
import { isOptional, isTime, isToken, parseStrictJson } from '../text/strict-json.ts';
import {
  errorsOnStderr,
  type FoundCredential,
  formatArgument,
  type Protocol,
  type ProtocolStep,
  parseEntryArguments,
  reply,
  replyError,
  replyJson,
  requireText,
  toEntryStep,
} from './protocol.ts';

/** What a process prints for `credential_process` (AWS SDKs and Tools Reference Guide, "Process credential provider"). */
interface AwsCredentials {
  readonly Version: 1;
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly SessionToken?: string;
  /** RFC 3339. */
  readonly Expiration?: string;
  readonly AccountId?: string;
}

interface AwsRequest {
  readonly profile: string;
  readonly nowMs: number;
}

/**
 * AWS's `credential_process`. The arguments are a profile, and `--store` to store the JSON on stdin or `--erase`.
 *
 * The secret is what credential_process prints or, by hand, the secret access key alone; then the account is the access key
 * id. A profile has one credential.
 */
export const aws: Protocol<AwsRequest> = {
  name: 'aws',
  maxRequestBytes: 64 * 1024,
  framing: (args) => (args.includes('--store') ? 'all' : 'none'),
  parse({ args, text, nowMs }) {
    const { name: profile, action } = parseEntryArguments(args, 'keystow helper aws PROFILE');
    const service = `aws:${profile}`;
    const request = { profile, nowMs };
    return toEntryStep(action, service, request, () => store(service, request, text));
  },
  outcomes: {
    found(credential, { nowMs }) {
      const credentials = parseStored(credential);
      const { Expiration } = credentials;
      return Expiration !== undefined && Date.parse(Expiration) <= nowMs ? { kind: 'expired' } : replyJson(credentials);
    },
    notFound: ({ profile }) =>
      replyError(missingError(`no credentials are stored for the AWS profile ${profile}`, profile)),
    expired: ({ profile }, error) =>
      replyError(error ?? missingError(`the credentials of the AWS profile ${profile} have expired`, profile)),
    stored: () => reply(),
    erased: ({ profile }, count) =>
      count > 0
        ? reply()
        : replyError(missingError(`no credentials are stored for the AWS profile ${profile}`, profile)),
    ...errorsOnStderr,
  },
};

function store(service: string, request: AwsRequest, text: string): ProtocolStep<AwsRequest> {
  const credentials = parseCredentials(text);
  if (credentials === undefined) {
    throw new CredentialError('invalid-input', 'the input is not JSON with AccessKeyId and SecretAccessKey', {
      hint: 'pass what aws configure export-credentials, aws sts get-session-token or aws iam create-access-key prints',
    });
  }
  const { AccessKeyId, Expiration } = credentials;
  if (Expiration !== undefined && Date.parse(Expiration) <= request.nowMs) {
    throw new CredentialError('invalid-input', 'the credentials have expired, so nothing was stored');
  }
  return {
    kind: 'store',
    name: toCredentialName(service, AccessKeyId),
    secret: JSON.stringify(credentials),
    replacesOthers: true,
    request,
    ...(Expiration !== undefined && { expiresAt: Expiration }),
  };
}

function parseStored(credential: FoundCredential): AwsCredentials {
  const text = requireText(credential);
  const { account } = credential.name;
  const credentials: AwsCredentials | undefined = text.trimStart().startsWith('{')
    ? parseCredentials(text)
    : isToken(text) && isToken(account)
      ? { Version: 1, AccessKeyId: account, SecretAccessKey: text }
      : undefined;
  if (credentials === undefined) {
    throw new CredentialError(
      'failed',
      'the stored secret is not a secret access key, and not JSON of credential_process',
      {
        hint: 'store it again: keystow helper aws PROFILE --store',
      },
    );
  }
  const { expiresAt } = credential;
  return expiresAt === undefined || credentials.Expiration !== undefined
    ? credentials
    : { ...credentials, Expiration: expiresAt };
}

/** Parses JSON of credential_process, or what `aws sts` and `aws iam create-access-key` print. `undefined`: something else. */
function parseCredentials(text: string): AwsCredentials | undefined {
  const object = parseStrictJson(text);
  if (object === undefined) return undefined;
  const { Version = 1 } = object;
  if (Version !== 1) {
    throw new CredentialError('invalid-input', 'the Version of the credentials is not 1');
  }
  const inner = [object.Credentials, object.AccessKey].find(isObject) ?? object;
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, AccountId } = inner;
  if (!isToken(AccessKeyId) || !isToken(SecretAccessKey)) return undefined;
  if (!isOptional(SessionToken, isToken) || !isOptional(AccountId, isToken)) return undefined;
  if (!isOptional(Expiration, isTime)) return undefined;
  return {
    Version: 1,
    AccessKeyId,
    SecretAccessKey,
    ...(SessionToken && { SessionToken }),
    ...(Expiration && { Expiration: new Date(Expiration).toISOString() }),
    ...(AccountId && { AccountId }),
  };
}

function missingError(message: string, profile: string): CredentialError {
  const hint = `store some: keystow helper aws ${formatArgument(profile, 'PROFILE')} --store <FILE`;
  return new CredentialError('not-found', message, { hint });
}
