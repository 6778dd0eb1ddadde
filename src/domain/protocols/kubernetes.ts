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
  type RawRequest,
  reply,
  replyError,
  replyJson,
  requireText,
  toEntryStep,
} from './protocol.ts';

const group = 'client.authentication.k8s.io';
const apiVersions = [`${group}/v1`, `${group}/v1beta1`] as const;

/** `ExecCredential.status` (client-go, `pkg/apis/clientauthentication/v1/types.go`). */
interface ExecStatus {
  readonly token?: string;
  /** PEM. Either both or neither. */
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** RFC 3339. */
  readonly expirationTimestamp?: string;
}

interface KubernetesRequest {
  readonly user: string;
  readonly apiVersion: string;
  readonly nowMs: number;
}

/**
 * The exec plugin of kubectl, helm and everything else that uses client-go. The arguments are a name, usually that of the user
 * in the kubeconfig, and `--store` to store the text on stdin or `--erase`.
 *
 * The secret is a bearer token, a client certificate and its key in PEM, or JSON with the fields of `ExecCredential.status`. A
 * name has one credential.
 */
export const kubernetes: Protocol<KubernetesRequest> = {
  name: 'kubernetes',
  maxRequestBytes: 1024 * 1024,
  variables: ['KUBERNETES_EXEC_INFO'],
  framing: (args) => (args.includes('--store') ? 'all' : 'none'),
  isInteractive: (request) => {
    const spec = parseStrictJson(request.variables.KUBERNETES_EXEC_INFO ?? '')?.spec;
    return !isObject(spec) || spec.interactive !== false;
  },
  parse(raw) {
    const { name: user, action } = parseEntryArguments(raw.args, 'keystow helper kubernetes NAME');
    const service = `kubernetes:${user}`;
    const request = { user, apiVersion: findApiVersion(raw), nowMs: raw.nowMs };
    return toEntryStep(action, service, request, () => store(service, request, raw.text));
  },
  outcomes: {
    found(credential, { apiVersion, nowMs }) {
      const status = parseStored(credential);
      const { expirationTimestamp } = status;
      if (expirationTimestamp !== undefined && Date.parse(expirationTimestamp) <= nowMs) return { kind: 'expired' };
      return replyJson({ apiVersion, kind: 'ExecCredential', status });
    },
    notFound: ({ user }) => replyError(missingError(`no credential is stored for the Kubernetes user ${user}`, user)),
    expired: ({ user }, error) =>
      replyError(error ?? missingError(`the credential of the Kubernetes user ${user} has expired`, user)),
    stored: () => reply(),
    erased: ({ user }, count) =>
      count > 0 ? reply() : replyError(missingError(`no credential is stored for the Kubernetes user ${user}`, user)),
    ...errorsOnStderr,
  },
};

/** The version that the client speaks. Without a client, the stable one. */
function findApiVersion({ variables: { KUBERNETES_EXEC_INFO: info } }: RawRequest): string {
  if (info === undefined || info === '') return apiVersions[0];
  const { apiVersion, kind } = parseStrictJson(info) ?? {};
  const known = apiVersions.find((version) => version === apiVersion);
  if (known !== undefined && kind === 'ExecCredential') return known;
  throw new CredentialError('invalid-input', 'KUBERNETES_EXEC_INFO is not an ExecCredential of a supported version', {
    hint: `use apiVersion: ${apiVersions[0]} in the kubeconfig`,
  });
}

function store(service: string, request: KubernetesRequest, text: string): ProtocolStep<KubernetesRequest> {
  const status = parseStatus(text);
  if (status === undefined) {
    throw new CredentialError(
      'invalid-input',
      'the input is not a token, a certificate with its key, or an ExecCredential',
      {
        hint: 'pass a token, or the certificate and the key in PEM, one after the other',
      },
    );
  }
  const { token, expirationTimestamp } = status;
  if (expirationTimestamp !== undefined && Date.parse(expirationTimestamp) <= request.nowMs) {
    throw new CredentialError('invalid-input', 'the credential has expired, so nothing was stored');
  }
  return {
    kind: 'store',
    name: toCredentialName(service, token === undefined ? 'certificate' : 'token'),
    secret: Object.keys(status).join() === 'token' ? (token ?? '') : JSON.stringify(status),
    replacesOthers: true,
    request,
    ...(expirationTimestamp !== undefined && { expiresAt: new Date(expirationTimestamp).toISOString() }),
  };
}

function parseStored(credential: FoundCredential): ExecStatus {
  const status = parseStatus(requireText(credential));
  if (status === undefined) {
    throw new CredentialError(
      'failed',
      'the stored secret is not a token, a certificate with its key, or an ExecCredential',
      {
        hint: 'store it again: keystow helper kubernetes NAME --store',
      },
    );
  }
  const { expiresAt } = credential;
  if (expiresAt === undefined || status.expirationTimestamp !== undefined) return status;
  return { ...status, expirationTimestamp: formatTime(expiresAt) };
}

/** Parses a token, PEM, the fields of a status, or a whole ExecCredential. `undefined`: something else. */
function parseStatus(text: string): ExecStatus | undefined {
  const trimmed = text.trim();
  if (trimmed.startsWith('{')) return parseFields(trimmed);
  if (trimmed.startsWith('-----BEGIN ')) return parsePem(trimmed);
  return isToken(trimmed) ? { token: trimmed } : undefined;
}

function parseFields(text: string): ExecStatus | undefined {
  const object = parseStrictJson(text);
  if (object === undefined) return undefined;
  const { apiVersion } = object;
  if (apiVersion !== undefined && !apiVersions.some((known) => known === apiVersion)) return undefined;
  const status = isObject(object.status) ? object.status : object;
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  if (!isOptional(token, isToken) || !isOptional(expirationTimestamp, isTime)) return undefined;
  if (!isOptional(clientCertificateData, isPem) || !isOptional(clientKeyData, isPem)) return undefined;
  if (!token && !clientCertificateData) return undefined;
  if (!clientCertificateData !== !clientKeyData) return undefined;
  return {
    ...(token && { token }),
    ...(clientCertificateData && { clientCertificateData }),
    ...(clientKeyData && { clientKeyData }),
    ...(expirationTimestamp && { expirationTimestamp: formatTime(expirationTimestamp) }),
  };
}

function parsePem(text: string): ExecStatus | undefined {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----\r?\n[A-Za-z0-9+/=\r\n]+-----END \1-----/g)];
  const join = (kind: RegExp) =>
    blocks.flatMap(([block, label = '']) => (kind.test(label) ? [`${block.replaceAll('\r', '')}\n`] : []));
  const certificates = join(/^CERTIFICATE$/);
  const keys = join(/PRIVATE KEY$/);
  if (certificates.length === 0 || keys.length !== 1 || certificates.length + 1 !== blocks.length) return undefined;
  return { clientCertificateData: certificates.join(''), clientKeyData: keys.join('') };
}

function isPem(value: unknown): value is string {
  return typeof value === 'string' && /^-----BEGIN [\r\n -~]+$/.test(value);
}

/** In whole seconds, as `metav1.Time` writes it. */
function formatTime(time: string): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

function missingError(message: string, user: string): CredentialError {
  const hint = `store one: keystow helper kubernetes ${formatArgument(user, 'NAME')} --store`;
  return new CredentialError('not-found', message, { hint });
}
