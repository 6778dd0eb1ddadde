/** What is wrong with a certificate, by OpenSSL's name for it (x509_vfy.h) or Node's. */
const certificateWords: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'it is signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'it is signed by an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'it is signed by an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it is signed by an authority that this machine does not know',
  CERT_UNTRUSTED: 'it is signed by an authority that this machine does not trust',
  CERT_REJECTED: 'it is signed by an authority that this machine does not trust',
  CERT_HAS_EXPIRED: 'it has expired',
  CERT_NOT_YET_VALID: 'it is not valid yet',
  CERT_REVOKED: 'it has been revoked',
  CERT_SIGNATURE_FAILURE: 'its signature is wrong',
  ERR_TLS_CERT_ALTNAME_INVALID: 'it is for another name',
};

/** Why there is no connection, by errno or by undici's code. */
const connectionWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no network',
  EPROTO: 'it does not speak TLS as it should',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there',
};

/** The certificate's fault; `undefined` where it is not the certificate. */
export function certificateFault(code: string): string | undefined {
  const words = certificateWords[code];
  return words && `${words} (${code})`;
}

/** The connection's fault; `undefined` where the code means nothing here. */
export function connectionFault(code: string): string | undefined {
  const words = connectionWords[code];
  return words && `${words} (${code})`;
}

/** The innermost code of a chain of causes. Codes are constants: no part of a request is in them. */
export function innermostCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const inner = innermostCode(error.cause);
  if (inner !== '') return inner;
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What the innermost of a chain of causes says. Not a constant, so a secret may be in it. */
export function innermostWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : innermostWords(error.cause);
}
