import { quotable } from './plain.ts';

/** Why there is no answer. */
export interface ConnectionFault {
  /** Continues the name of the host. */
  readonly why: string;
  readonly hint?: string;
  /** Another try would end in the same way. */
  readonly lasting: boolean;
}

/** Codes of OpenSSL's X509_verify_cert(3) and of node:tls. */
const certificateCode =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_CERT_|HOSTNAME_MISMATCH$|INVALID_CA$|PATH_LENGTH_EXCEEDED$)/;

/** Judges what fetch rejected with: a TypeError whose causes hold, somewhere, what happened. */
export function connectionFault(error: unknown, secret: string | undefined): ConnectionFault {
  const chain = causesOf(error);
  const code = chain.map(codeOf).find((code) => code !== undefined);
  const what = code ?? quotable(chain.at(-1)?.message, secret) ?? 'no reason given';
  if (certificateCode.test(what)) {
    return {
      why: `has a certificate that does not hold (${what})`,
      hint: 'where the certificate is right, have NODE_EXTRA_CA_CERTS name the file of its authority',
      lasting: true,
    };
  }
  if (/^(ERR_SSL_|EPROTO$)/.test(what)) return { why: `does not speak TLS as it should (${what})`, lasting: true };
  if (what === 'ENOTFOUND') return { why: 'is a name that nobody knows (ENOTFOUND)', lasting: false };
  return { why: `cannot be reached (${what})`, lasting: false };
}

function causesOf(error: unknown): readonly Error[] {
  const chain: Error[] = [];
  for (let at = error; at instanceof Error && !chain.includes(at); at = at.cause) chain.push(at);
  return chain;
}

function codeOf(error: Error): string | undefined {
  const code = 'code' in error ? error.code : undefined;
  return (
    // Stryker disable next-line ConditionalExpression: the expression matches neither undefined nor a number
    typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined
  );
}
