/** One operation at one issuer: what bounds it, and what must not be shown of it. */
export interface Call {
  readonly issuer: string;
  readonly purpose: 'sign-in' | 'refresh' | 'revocation';
  /** Longest that one request may take, its answer included. */
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
  /** The client secret, code, verifier and tokens met so far: a server may echo them in what it says. */
  readonly secrets: string[];
}
